import { ARRAY, OBJECT, typeText, type SqlType } from '../sql-type.ts';
import type { TokenReader } from './token-reader.ts';

type ReadType = (reader: TokenReader) => SqlType;

/**
 * `ARRAY(type)`, `OBJECT(key type, …)`, `MAP(key type, value type)`. Values are kept as those of
 * the types without parentheses: what is inside is not checked.
 * https://docs.snowflake.com/en/sql-reference/data-types-structured
 */
export function readArray(reader: TokenReader, readType: ReadType): SqlType {
  if (!reader.isSymbol('(')) return ARRAY;
  const [element] = reader.parenthesised(() => inner(reader, readType));
  return { ...ARRAY, spelling: `ARRAY(${element})` };
}

export function readObject(reader: TokenReader, readType: ReadType): SqlType {
  if (!reader.isSymbol('(')) return OBJECT;
  const keys = reader.parenthesised(() => {
    const { start, end } = reader.token;
    reader.identifier();
    return `${reader.sql.slice(start, end)} ${inner(reader, readType)}`;
  });
  return { ...OBJECT, spelling: `OBJECT(${keys.join(', ')})` };
}

export function readMap(reader: TokenReader, readType: ReadType): SqlType {
  const parts = reader.parenthesised(() => inner(reader, readType));
  return { name: 'MAP', spelling: `MAP(${parts.join(', ')})` };
}

function inner(reader: TokenReader, readType: ReadType): string {
  const text = typeText(readType(reader));
  return reader.accept('NOT', 'NULL') ? `${text} NOT NULL` : text;
}
