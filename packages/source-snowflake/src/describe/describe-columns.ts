import { z } from 'zod';

import type { ColumnSchema } from '@snowmelt/core';

import { parseType } from '../types/parse-type.ts';

/** What is read of DESCRIBE TABLE (docs.snowflake.com/en/sql-reference/sql/desc-table). */
const rowSchema = z
  .object({
    name: z.string(),
    type: z.string(),
    kind: z.string(),
    'null?': z.string(),
    default: z.string().nullish(),
    'primary key': z.string().nullish(),
    expression: z.string().nullish(),
  })
  .transform((row) => ({
    column: columnOf(row),
    inPrimaryKey: row['primary key'] === 'Y',
  }));

export const describedColumns = z.array(rowSchema);

export type DescribedColumn = z.infer<typeof rowSchema>;

interface DescribeRow {
  readonly name: string;
  readonly type: string;
  readonly kind: string;
  readonly 'null?': string;
  readonly default?: string | null | undefined;
  readonly expression?: string | null | undefined;
}

function columnOf(row: DescribeRow): ColumnSchema {
  const generated = row.kind.startsWith('VIRTUAL') || isSet(row.expression);
  return {
    name: row.name,
    type: parseType(row.type),
    nativeType: row.type,
    nullable: row['null?'] !== 'N',
    hasDefault: isSet(row.default),
    generated,
  };
}

function isSet(value: string | null | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}
