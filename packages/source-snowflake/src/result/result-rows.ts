import { buffer } from 'node:stream/consumers';
import { z } from 'zod';

import { miscounted } from './line-parser.ts';
import { partBytes, waitOrThrow, type OpenResult } from './result-lines.ts';
import { parse, type ResultRow, type StatementResult } from './statement-result.ts';

/** A row of a small result by its columns' names in lower case. */
export type NamedRow = Readonly<Record<string, unknown>>;

/** With the query's id, for whoever has to complain of them. */
export type NamedRows = readonly NamedRow[] & { readonly queryId?: string };

const rowsShape = z.array(z.array(z.string().nullable()));

/** All rows of a small result: metadata, counts, file lists. Never a table's rows (P6). */
export async function resultRows(open: OpenResult, signal: AbortSignal): Promise<NamedRows> {
  const rows: ResultRow[] = [];
  for (const [index, { inline }] of open.result.parts.entries()) {
    rows.push(...(inline ?? (await readPart(open, index, signal))));
  }
  const { columns, queryId, rows: announced } = open.result;
  if (rows.length !== announced) throw miscounted(rows.length, announced);
  return Object.assign(
    rows.map((row) => named(columns, row)),
    { queryId },
  );
}

async function readPart(
  open: OpenResult,
  index: number,
  signal: AbortSignal,
): Promise<readonly ResultRow[]> {
  for (let tried = 1; ; tried += 1) {
    try {
      // Rows without brackets around (snowflake-sdk 3.3, connection/result/chunk).
      const body = await buffer(partBytes(open, index, signal));
      const rows = parse(rowsShape, `[${body.toString()}]`);
      const announced = open.result.parts[index]?.rows ?? 0;
      if (rows.length !== announced) throw miscounted(rows.length, announced);
      return rows;
    } catch (error) {
      await waitOrThrow(error, tried, signal);
    }
  }
}

function named(columns: StatementResult['columns'], row: ResultRow): NamedRow {
  const values = columns.map(({ name, type }, index) => {
    const value = row[index] ?? null;
    return [name.toLowerCase(), value === null ? null : convert(type, value)] as const;
  });
  return Object.fromEntries(values);
}

/**
 * The values of JSON results are texts; what they mean is the column's (snowflake-sdk 3.3,
 * connection/result/column). Others than these are left as they are.
 */
function convert(type: string, value: string): unknown {
  switch (type.toLowerCase()) {
    case 'fixed':
    case 'real':
      return Number(value);
    case 'boolean':
      return ['1', 'true'].includes(value.toLowerCase());
    case 'timestamp_ltz':
    case 'timestamp_ntz':
    case 'timestamp_tz':
      // Seconds since the epoch, with a fraction; behind a blank the offset.
      return new Date(Math.round(Number(value.split(' ')[0]) * 1000));
    default:
      return value;
  }
}
