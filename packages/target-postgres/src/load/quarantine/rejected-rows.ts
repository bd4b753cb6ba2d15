import type { ChunkPlan, TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import type { RowRefusal } from '../copy-error.ts';
import type { RefusedRows } from './quarantine.ts';

const countSql = `
SELECT coalesce(sum(rejected), 0)::text AS rejected FROM snowmelt.chunk_ledger
WHERE run_id = $1 AND table_key = $2`;

/** Of the table in this run, in chunks that are committed. */
export async function countRejects(session: Session, { run, key }: TablePlan): Promise<number> {
  const { rows } = await session.query<{ rejected: string }>(countSql, [run, key]);
  return Number(rows[0]?.rejected);
}

const insertSql = `
INSERT INTO snowmelt.rejected_rows
  (run_id, table_key, chunk_id, row_in_chunk, row_text, sqlstate, message, column_name)
SELECT $1, $2, $3, $4 + position - 1, row_text, $6, $7, $8
FROM unnest($5::bytea[]) WITH ORDINALITY AS r (row_text, position) ORDER BY position`;

export async function insertRejects(
  session: Session,
  { run, key }: TablePlan,
  chunk: ChunkPlan,
  { rows, why, number }: RefusedRows,
): Promise<void> {
  const values = [run, key, chunk.id, number ?? null, rows, ...reasonOf(why)];
  await session.query(insertSql, values);
}

const longestMessage = 8000;

/** A message may quote a value of megabytes; the row has it anyway. */
export function reasonOf({ sqlState, message, column }: RowRefusal): readonly unknown[] {
  const short =
    message.length <= longestMessage ? message : `${message.slice(0, longestMessage)} …`;
  return [sqlState, short, column ?? null];
}
