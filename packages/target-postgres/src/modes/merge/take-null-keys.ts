import type { TablePlan } from '@snowmelt/core';
import { to as copyTo } from 'pg-copy-streams';

import type { Session } from '../../connect/transaction.ts';
import type { RowRefusal } from '../../copy/copy-error.ts';
import type { ChunkWork } from '../../quarantine/chunk-work.ts';
import { is } from '../../sql/operators.ts';
import { batchTable, columnList } from '../../tables/batch-table.ts';
import { nullKeyCondition } from './refuse-rows.ts';

/** Rows of the batch whose key no unique index finds again: out of the batch, into quarantine. */
export async function takeNullKeys({ session, table, quarantine }: ChunkWork): Promise<void> {
  const condition = nullKeyCondition(table);
  // One more than may be: the limit says the rest.
  const most = (table.rejects?.limit ?? 0) + 1;
  const { rows } = await session.onTable<{ place: string }>(
    `SELECT ctid::pg_catalog.text AS place FROM ${batchTable} WHERE ${condition} ORDER BY ctid LIMIT ${most}`,
  );
  for (const { place } of rows) {
    const row = await renderRow(session, table, `${batchTable} WHERE ctid ${is} '${place}'`);
    await quarantine.put({ rows: [row], why: nullKey(table) });
  }
  if (rows.length > 0) await session.onTable(`DELETE FROM ${batchTable} WHERE ${condition}`);
}

/** In the words that PostgreSQL has for it: a NULL where none may be. */
export function nullKey({ keyColumns, target }: TablePlan): RowRefusal {
  const [only, ...more] = keyColumns;
  return {
    sqlState: '23502',
    message:
      `the key (${keyColumns.join(', ')}) holds a NULL, which the unique index of ` +
      `${target.schema}.${target.name} takes for distinct: each run would add the row again`,
    ...(more.length === 0 ? { column: only } : {}),
  };
}

/** One row of a table with the plan's columns as canonical CSV, without its LF. */
export async function renderRow(session: Session, table: TablePlan, from: string): Promise<Buffer> {
  const sql = `COPY (SELECT ${columnList(table)} FROM ${from}) TO STDOUT (FORMAT csv)`;
  const pieces = await Array.fromAsync<Buffer>((await session.copying()).query(copyTo(sql)));
  return Buffer.concat(pieces).subarray(0, -1);
}
