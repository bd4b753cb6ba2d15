import {
  BOOLEAN,
  DATE,
  FLOAT,
  MAX_BINARY_LENGTH,
  MAX_TEXT_LENGTH,
  VARIANT,
  binaryType,
  numberType,
  textType,
  timeType,
  timestampType,
  type SqlType,
  type TimestampName,
} from '../sql-type.ts';
import { SqlError } from '../../engine/contract.ts';
import { compilationError } from '../unsupported.ts';
import { readInterval } from './read-interval-type.ts';
import { readArray, readMap, readObject } from './read-structured-type.ts';
import type { TokenReader } from './token-reader.ts';

type ReadType = (reader: TokenReader) => SqlType;

const number: ReadType = (reader) => {
  const [precision = 38, scale = 0] = sizes(reader);
  if (precision < 1 || precision > 38) throw invalidSize('precision', precision, '1', '38');
  if (scale > 37 || scale > precision) throw invalidSize('scale', scale, '0', String(precision));
  return numberType(precision, scale);
};
const integer: ReadType = () => numberType(38, 0);
/** A precision is read and changes nothing (snowflake-connector-python, test_FLOAT). */
const float: ReadType = (reader) => {
  reader.accept('PRECISION');
  sizes(reader);
  return FLOAT;
};
const text: ReadType = (reader) => {
  reader.accept('VARYING');
  return textType(sizes(reader)[0] ?? MAX_TEXT_LENGTH);
};
/** CHAR without a length is VARCHAR(1). */
const char: ReadType = (reader) => {
  if (reader.accept('VARYING')) return textType(sizes(reader)[0] ?? MAX_TEXT_LENGTH);
  return textType(sizes(reader)[0] ?? 1);
};
const binary: ReadType = (reader) => binaryType(sizes(reader)[0] ?? MAX_BINARY_LENGTH);
const fraction = (reader: TokenReader): number => {
  const [scale = 9] = sizes(reader);
  if (scale > 9) throw invalidSize('precision', scale, '0', '9');
  return scale;
};
const timestamp =
  (name: TimestampName): ReadType =>
  (reader) =>
    timestampType(name, fraction(reader));
/** The bare TIMESTAMP, with its zone spelt out or by TIMESTAMP_TYPE_MAPPING. */
const mappedTimestamp: ReadType = (reader) => {
  const scale = fraction(reader);
  if (reader.accept('WITH', 'LOCAL', 'TIME', 'ZONE')) return timestampType('TIMESTAMP_LTZ', scale);
  if (reader.accept('WITH', 'TIME', 'ZONE')) return timestampType('TIMESTAMP_TZ', scale);
  if (reader.accept('WITHOUT', 'TIME', 'ZONE')) return timestampType('TIMESTAMP_NTZ', scale);
  return timestampType(reader.timestampMapping as TimestampName, scale);
};
const always =
  (type: SqlType): ReadType =>
  () =>
    type;

/** https://docs.snowflake.com/en/sql-reference/intro-summary-data-types, with all its synonyms. */
const TYPES: Readonly<Record<string, ReadType>> = {
  NUMBER: number,
  DECIMAL: number,
  NUMERIC: number,
  DEC: number,
  INT: integer,
  INTEGER: integer,
  BIGINT: integer,
  SMALLINT: integer,
  TINYINT: integer,
  BYTEINT: integer,
  FLOAT: float,
  FLOAT4: float,
  FLOAT8: float,
  DOUBLE: float,
  REAL: float,
  VARCHAR: text,
  STRING: text,
  TEXT: text,
  NVARCHAR: text,
  NVARCHAR2: text,
  CHAR: char,
  CHARACTER: char,
  NCHAR: char,
  BINARY: binary,
  VARBINARY: binary,
  BOOLEAN: always(BOOLEAN),
  DATE: always(DATE),
  TIME: (reader) => timeType(fraction(reader)),
  DATETIME: (reader) => timestampType('TIMESTAMP_NTZ', fraction(reader)),
  TIMESTAMP: mappedTimestamp,
  TIMESTAMP_NTZ: timestamp('TIMESTAMP_NTZ'),
  TIMESTAMPNTZ: timestamp('TIMESTAMP_NTZ'),
  TIMESTAMP_LTZ: timestamp('TIMESTAMP_LTZ'),
  TIMESTAMPLTZ: timestamp('TIMESTAMP_LTZ'),
  TIMESTAMP_TZ: timestamp('TIMESTAMP_TZ'),
  TIMESTAMPTZ: timestamp('TIMESTAMP_TZ'),
  VARIANT: always(VARIANT),
  OBJECT: (reader) => readObject(reader, readType),
  ARRAY: (reader) => readArray(reader, readType),
  MAP: (reader) => readMap(reader, readType),
  DECFLOAT: (reader) => {
    sizes(reader);
    return { name: 'DECFLOAT' };
  },
  UUID: always({ name: 'UUID' }),
  INTERVAL: readInterval,
  GEOGRAPHY: always({ name: 'GEOGRAPHY' }),
  GEOMETRY: always({ name: 'GEOMETRY' }),
  VECTOR: vector,
};

export function readType(reader: TokenReader): SqlType {
  const token = reader.token;
  const read = token.kind === 'word' ? TYPES[token.text] : undefined;
  if (read === undefined) {
    const name = reader.sql.slice(token.start, token.end);
    throw new SqlError(
      '002040',
      '42601',
      `SQL compilation error:\nUnsupported data type '${name}'.`,
    );
  }
  reader.next();
  return read(reader);
}

function sizes(reader: TokenReader): number[] {
  return reader.isSymbol('(') ? reader.parenthesised(() => reader.integer()) : [];
}

function vector(reader: TokenReader): SqlType {
  reader.expectSymbol('(');
  const element = reader.acceptOneOf('INT', 'FLOAT');
  if (element === undefined) throw reader.error();
  reader.expectSymbol(',');
  const length = reader.integer();
  reader.expectSymbol(')');
  if (length > 4096) {
    const given = length.toLocaleString('en-US');
    throw compilationError(`invalid vector dimension '${given}'`, '001007', '22023');
  }
  return { name: 'VECTOR', element, length };
}

function invalidSize(what: string, value: number, low: string, high: string): SqlError {
  return new SqlError(
    '002011',
    '42601',
    `SQL compilation error:\nInvalid ${what} '${value}', must be between ${low} and ${high}.`,
  );
}
