import type { IntervalField, LogicalType } from '@snowmelt/core';

const defaults = { decimalPrecision: 38, fraction: 9 };

/**
 * The logical type of a type as DESCRIBE TABLE spells it, such as `NUMBER(38,0)`,
 * `TIMESTAMP_NTZ(9)`, `ARRAY(VARCHAR(10))`, `VECTOR(FLOAT, 3)`. What it does not know is `unknown`:
 * FILE, and what Snowflake adds later.
 * Source: docs.snowflake.com/en/sql-reference/intro-summary-data-types.
 */
export function parseType(native: string): LogicalType {
  const [, name = '', inner = ''] =
    /^\s*([^(]*?)\s*(?:\((.*)\))?\s*(?:(?:NOT NULL|COLLATE)\b.*)?$/su.exec(native) ?? [];
  const word = name.toUpperCase();
  return (
    scalar(word, inner) ?? composite(word, inner) ?? parseInterval(native) ?? { kind: 'unknown' }
  );
}

function scalar(name: string, inner: string): LogicalType | undefined {
  const [first, second] = numbers(inner);
  switch (name) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'NUMBER':
    case 'DECIMAL':
    case 'NUMERIC':
    case 'FIXED':
      return { kind: 'decimal', precision: first ?? defaults.decimalPrecision, scale: second ?? 0 };
    case 'FLOAT':
    case 'REAL':
    case 'DOUBLE':
      return { kind: 'float', bits: 64 };
    case 'DECFLOAT':
      return { kind: 'decfloat' };
    case 'VARCHAR':
    case 'TEXT':
    case 'STRING':
    case 'CHAR':
      return { kind: 'text', ...(first === undefined ? {} : { length: first }) };
    case 'BINARY':
    case 'VARBINARY':
      return { kind: 'binary', ...(first === undefined ? {} : { length: first }) };
    case 'UUID':
      return { kind: 'uuid' };
    case 'DATE':
      return { kind: 'date' };
    case 'TIME':
      return { kind: 'time', precision: first ?? defaults.fraction };
    default:
      return timestamp(name, first ?? defaults.fraction);
  }
}

function timestamp(name: string, precision: number): LogicalType | undefined {
  const zones: Readonly<Record<string, 'none' | 'instant' | 'offset'>> = {
    TIMESTAMP_NTZ: 'none',
    TIMESTAMP_LTZ: 'instant',
    TIMESTAMP_TZ: 'offset',
  };
  const zone = zones[name];
  return zone === undefined ? undefined : { kind: 'timestamp', precision, zone };
}

function composite(name: string, inner: string): LogicalType | undefined {
  switch (name) {
    case 'VARIANT':
      return { kind: 'json', shape: 'any' };
    case 'OBJECT':
      return { kind: 'json', shape: 'object' };
    case 'ARRAY':
      return { kind: 'json', shape: 'array' };
    case 'MAP':
      return { kind: 'json', shape: 'map' };
    case 'GEOGRAPHY':
      return { kind: 'spatial', model: 'geography' };
    case 'GEOMETRY':
      return { kind: 'spatial', model: 'geometry' };
    case 'VECTOR': {
      const [dimension = 0] = numbers(inner);
      return { kind: 'vector', element: /^\s*INT/iu.test(inner) ? 'int' : 'float', dimension };
    }
    default:
      return undefined;
  }
}

function numbers(text: string): readonly number[] {
  return (text.match(/\d+/gu) ?? []).map(Number);
}

const field = '(YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)(?:\\s*\\(([\\d,\\s]+)\\))?';
const spelling = new RegExp(`^\\s*INTERVAL\\s+${field}(?:\\s+TO\\s+${field})?`, 'iu');

/** The most digits, where the type does not say how many. */
const mostDigits = 9;

/**
 * `INTERVAL YEAR TO MONTH`, `INTERVAL DAY(9) TO SECOND(6)`, `INTERVAL SECOND(9, 6)`: the first
 * number is the digits of the first field, the last one those of a fraction of a second.
 * Source: docs.snowflake.com/en/sql-reference/data-types-datetime, "Interval data types".
 */
function parseInterval(native: string): LogicalType | undefined {
  const [whole, first, leading, last, trailing] = spelling.exec(native) ?? [];
  if (whole === undefined || first === undefined) return undefined;
  const from = first.toLowerCase() as IntervalField;
  const to = (last ?? first).toLowerCase() as IntervalField;
  return { kind: 'interval', from, to, precision: to === 'second' ? fraction() : 0 };

  function fraction(): number {
    const digits = last === undefined ? leading?.split(',')[1] : trailing;
    return digits === undefined ? mostDigits : Number(digits);
  }
}
