import { ARRAY, OBJECT, typeText, type SqlType, type TypeField } from '../sql-type.ts';
import type { TokenReader } from './token-reader.ts';

type ReadType = (reader: TokenReader) => SqlType;

/**
 * `ARRAY(type)`, `OBJECT(key type, …)`, `MAP(key type, value type)`.
 * https://docs.snowflake.com/en/sql-reference/data-types-structured
 */
export function readArray(reader: TokenReader, readType: ReadType): SqlType {
  if (!reader.isSymbol('(')) return ARRAY;
  const fields = reader.parenthesised(() => inner(reader, readType));
  if (fields.length !== 1) throw reader.error();
  return { ...ARRAY, fields, spelling: `ARRAY(${fieldTexts(fields)})` };
}

export function readObject(reader: TokenReader, readType: ReadType): SqlType {
  if (!reader.isSymbol('(')) return OBJECT;
  const texts: string[] = [];
  const fields = reader.parenthesised(() => {
    const { start, end } = reader.token;
    const written = reader.sql.slice(start, end);
    reader.identifier();
    const field = { ...inner(reader, readType), name: keyName(written) };
    texts.push(`${written} ${fieldTexts([field])}`);
    return field;
  });
  return { ...OBJECT, fields, spelling: `OBJECT(${texts.join(', ')})` };
}

/** Keys keep the case that they are written in. */
function keyName(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
}

export function readMap(reader: TokenReader, readType: ReadType): SqlType {
  const fields = reader.parenthesised(() => inner(reader, readType));
  if (fields.length !== 2) throw reader.error();
  return { name: 'MAP', fields, spelling: `MAP(${fieldTexts(fields)})` };
}

function inner(reader: TokenReader, readType: ReadType): TypeField {
  const type = readType(reader);
  return { type, nullable: !reader.accept('NOT', 'NULL') };
}

function fieldTexts(fields: readonly TypeField[]): string {
  return fields
    .map(({ type, nullable }) => (nullable ? typeText(type) : `${typeText(type)} NOT NULL`))
    .join(', ');
}
