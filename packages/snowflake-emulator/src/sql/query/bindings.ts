import type { Binding, ExecuteRequest } from '../../engine/contract.ts';
import { numberConstant } from '../compile/compile-expression.ts';
import { quoteText, textConstant, typed, type Typed } from '../typed/typed.ts';
import {
  BOOLEAN,
  DATE,
  FLOAT,
  NULL_TYPE,
  binaryType,
  textType,
  timeType,
  timestampType,
  numberType,
  type SqlType,
} from '../sql-type.ts';
import { compilationError, unsupported } from '../unsupported.ts';

/** The value of `?` number n or `:n`, typed by what the client said of it. */
export function bindingValue(key: string, request: ExecuteRequest): Typed {
  const binding = request.bindings?.[key];
  if (binding === undefined) {
    if (request.describeOnly === true) return typed('NULL', NULL_TYPE);
    throw compilationError(
      `error line 1 at position 0\nBind variable ${key} not set.`,
      '002049',
      '42601',
    );
  }
  if (Array.isArray(binding.value)) return bulkValue(key, binding);
  const value = binding.value as string | null;
  if (value === null) return typed('NULL', NULL_TYPE);
  if (binding.type === 'TEXT') return textConstant(value);
  if (binding.type === 'FIXED' && /^-?\d+(\.\d+)?$/.test(value)) return fixed(value);
  return typed(fromBinding(quoteText(value), binding.type), bindingType(binding.type), false);
}

function fixed(value: string): Typed {
  if (!value.startsWith('-')) return numberConstant(value);
  const positive = numberConstant(value.slice(1));
  return { ...positive, sql: `(-${positive.sql})`, literal: value };
}

/** Bound in bulk: a column of the relation that `bulkRelation` makes. */
function bulkValue(key: string, binding: Binding): Typed {
  const items = binding.value as readonly (string | null)[];
  const isWhole =
    binding.type === 'FIXED' && items.every((item) => item === null || /^-?\d+$/.test(item));
  const name = `bulk."b${key}"`;
  if (isWhole) return typed(`CAST(${name} AS DECIMAL(38,0))`, numberType(38, 0));
  return typed(fromBinding(name, binding.type), bindingType(binding.type));
}

/** One row for each value of the bound arrays, or undefined if nothing is bound in bulk. */
export function bulkRelation(request: ExecuteRequest): string | undefined {
  const arrays = Object.entries(request.bindings ?? {}).filter(([, { value }]) =>
    Array.isArray(value),
  );
  if (arrays.length === 0) return undefined;
  const list = arrays.map(([key, { value }]) => {
    const items = (value as readonly (string | null)[]).map((item) =>
      item === null ? 'NULL' : quoteText(item),
    );
    return `unnest(CAST([${items.join(', ')}] AS VARCHAR[])) AS "b${key}"`;
  });
  return `(SELECT ${list.join(', ')}) bulk`;
}

const TYPES: Readonly<Record<string, SqlType>> = {
  TEXT: textType(),
  FIXED: numberType(38, 10),
  REAL: FLOAT,
  BOOLEAN,
  DATE,
  BINARY: binaryType(),
  TIME: timeType(),
  TIMESTAMP_NTZ: timestampType('TIMESTAMP_NTZ'),
  TIMESTAMP_LTZ: timestampType('TIMESTAMP_LTZ'),
  TIMESTAMP_TZ: timestampType('TIMESTAMP_TZ'),
};

function bindingType(name: string): SqlType {
  const type = TYPES[name];
  if (type === undefined) throw unsupported(`bindings of type ${name}`);
  return type;
}

/** Dates in milliseconds, times and timestamps in nanoseconds, with ` offset` + 1440 for TZ. */
function fromBinding(sql: string, type: string): string {
  const nanos = (text: string): string =>
    `sf_pack(CAST(${text} AS HUGEINT) // 1000000000 - CASE WHEN CAST(${text} AS HUGEINT) % 1000000000 < 0 THEN 1 ELSE 0 END, (CAST(${text} AS HUGEINT) % 1000000000 + 1000000000) % 1000000000)`;
  switch (type) {
    case 'FIXED':
      return `CAST(${sql} AS DECIMAL(38,10))`;
    case 'REAL':
      return `CAST(${sql} AS DOUBLE)`;
    case 'BOOLEAN':
      return `(lower(${sql}) IN ('true', '1'))`;
    case 'DATE':
      return `(DATE '1970-01-01' + CAST(CAST(${sql} AS BIGINT) // 86400000 AS INTEGER))`;
    case 'BINARY':
      return `unhex(${sql})`;
    case 'TIME':
      return `CAST(${sql} AS BIGINT)`;
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return nanos(sql);
    case 'TIMESTAMP_TZ':
      return `sf_tz_pack(${nanos(`split_part(${sql}, ' ', 1)`)}, CAST(split_part(${sql}, ' ', 2) AS BIGINT) - 1440)`;
    default:
      return sql;
  }
}
