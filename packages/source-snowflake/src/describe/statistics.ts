import { z } from 'zod';

import type { TableRef } from '@snowmelt/core';

import type { NamedRows } from '../connect/query-rows.ts';
import { readAnswer } from '../connect/read-answer.ts';
import { quoteIdentifier, quoteText } from '../sql/quote.ts';

export interface Statistics {
  /** `BASE TABLE`, `VIEW`, `MATERIALIZED VIEW`, `EXTERNAL TABLE`, …; nothing where it isn't listed. */
  readonly type: string | undefined;
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
  /** Days of Time Travel. */
  readonly retention: number | undefined;
}

const amount = z
  .string()
  .regex(/^\d+$/u)
  .transform(Number)
  .nullish()
  .transform((value) => value ?? undefined);

const rowsSchema = z
  .array(z.object({ type: z.string(), rows: amount, bytes: amount, retention: amount }))
  .max(1);

/** Source: docs.snowflake.com/en/sql-reference/info-schema/tables. */
export function statisticsQuery({ database, schema, name }: TableRef): string {
  return `SELECT TABLE_TYPE AS "TYPE", TO_VARCHAR(ROW_COUNT) AS "ROWS", TO_VARCHAR(BYTES) AS "BYTES",
  TO_VARCHAR(RETENTION_TIME) AS "RETENTION"
FROM ${quoteIdentifier(database)}.INFORMATION_SCHEMA.TABLES
WHERE TABLE_SCHEMA = ${quoteText(schema)} AND TABLE_NAME = ${quoteText(name)}`;
}

export function readStatistics(rows: NamedRows): Statistics {
  const [found] = readAnswer(rowsSchema, rows, { about: 'the size and kind of a table' });
  return found ?? { type: undefined, rows: undefined, bytes: undefined, retention: undefined };
}
