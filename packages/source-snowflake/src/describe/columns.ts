import type { ColumnSchema } from '@snowmelt/core';
import { z } from 'zod';

import { parseType } from '../types/parse-type.ts';

const text = z.string().nullish();

/** What is read of DESCRIBE TABLE (docs.snowflake.com/en/sql-reference/sql/desc-table). */
export const describedColumns = z.array(
  z
    .object({
      name: z.string(),
      type: z.string(),
      kind: text,
      'null?': z.string(),
      default: text,
      expression: text,
    })
    .transform((row) => columnOf(row, row.type)),
);

/** A column whose type SHOW COLUMNS does not say in full has none. */
export interface ShownColumn {
  readonly table: string;
  readonly column: ColumnSchema | undefined;
}

/** What is read of SHOW COLUMNS (docs.snowflake.com/en/sql-reference/sql/show-columns). */
export const shownColumns = z.array(
  z
    .object({
      table_name: z.string(),
      column_name: z.string(),
      data_type: z.string(),
      'null?': z.string(),
      default: text,
      kind: text,
      expression: text,
    })
    .transform((row): ShownColumn => {
      const type = typeText(row.data_type);
      const column =
        type === undefined ? undefined : columnOf({ ...row, name: row.column_name }, type);
      return { table: row.table_name, column };
    }),
);

interface ColumnRow {
  readonly name: string;
  /** `Y` or `N` of DESCRIBE, `true` or `NOT_NULL` of SHOW. */
  readonly 'null?': string;
  readonly kind?: string | null | undefined;
  readonly default?: string | null | undefined;
  readonly expression?: string | null | undefined;
}

function columnOf(row: ColumnRow, nativeType: string): ColumnSchema {
  return {
    name: row.name,
    type: parseType(nativeType),
    nativeType,
    nullable: !['N', 'NOT_NULL'].includes(row['null?']),
    hasDefault: isSet(row.default),
    generated: row.kind?.startsWith('VIRTUAL') === true || isSet(row.expression),
  };
}

function isSet(value: string | null | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

const nullable = { nullable: z.boolean().optional() };
const size = z.number().int().nonnegative();
const simple = (...types: [string, ...string[]]) =>
  z.strictObject({ type: z.enum(types), ...nullable });
const spatial = z.strictObject({
  type: z.enum(['GEOGRAPHY', 'GEOMETRY', 'FILE']),
  outputType: z.string().optional(),
  ...nullable,
});
const fixed = z.strictObject({
  type: z.literal('FIXED'),
  precision: size,
  scale: size,
  ...nullable,
});
const varchar = z.strictObject({
  type: z.literal('TEXT'),
  length: size,
  byteLength: size.optional(),
  fixed: z.boolean().optional(),
  collation: z.string().nullish(),
  ...nullable,
});
const binary = z.strictObject({
  type: z.literal('BINARY'),
  length: size,
  byteLength: size.optional(),
  fixed: z.boolean().optional(),
  ...nullable,
});
const moment = z.strictObject({
  type: z.enum(['TIME', 'TIMESTAMP_NTZ', 'TIMESTAMP_LTZ', 'TIMESTAMP_TZ']),
  precision: size.optional(),
  scale: size,
  ...nullable,
});
const vector = z.strictObject({
  type: z.literal('VECTOR'),
  vectorElementType: z.looseObject({ type: z.enum(['REAL', 'FIXED']) }),
  dimension: size,
  ...nullable,
});

/**
 * What the column `data_type` of SHOW COLUMNS holds, as far as others have measured it: estuary's
 * materialize-snowflake, keboola's php-table-backend-utils (collation) and frostlake's tests
 * against an account. Strict, since a key that is not known may say what the text would lack.
 */
const spelled = z.union([
  fixed.transform(({ precision, scale }) => `NUMBER(${precision},${scale})`),
  varchar.transform(({ length, collation }) =>
    collation ? `VARCHAR(${length}) COLLATE '${collation}'` : `VARCHAR(${length})`,
  ),
  binary.transform(({ length }) => `BINARY(${length})`),
  moment.transform(({ type, scale }) => `${type}(${scale})`),
  simple('REAL').transform(() => 'FLOAT'),
  simple('BOOLEAN', 'DATE', 'VARIANT', 'OBJECT', 'ARRAY', 'UUID').transform(({ type }) => type),
  spatial.transform(({ type }) => type),
  vector.transform(({ vectorElementType: { type }, dimension }) =>
    type === 'REAL' ? `VECTOR(FLOAT, ${dimension})` : `VECTOR(INT, ${dimension})`,
  ),
]);

/**
 * The type as DESCRIBE TABLE spells it. Nothing for structured types, MAP, INTERVAL, DECFLOAT and
 * whatever else is not known to be said in full here: DESCRIBE has to be asked.
 */
export function typeText(json: string): string | undefined {
  return spelled.safeParse(parsed(json)).data;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
