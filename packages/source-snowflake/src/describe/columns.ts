import { z } from 'zod';

import type { ColumnSchema } from '@snowmelt/core';

import { parseType } from '../types/parse-type.ts';
import { typeText } from './type-text.ts';

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
