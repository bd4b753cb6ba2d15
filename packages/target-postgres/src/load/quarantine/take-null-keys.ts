import type { TablePlan } from '@snowmelt/core';

import type { RowRefusal } from '../copy-error.ts';
import { batchTable } from '../merge/batch-table.ts';
import { nullKeyCondition } from '../merge/refuse-rows.ts';
import type { ChunkWork } from './chunk-work.ts';
import { renderRow } from './render-row.ts';

/** Rows of the batch whose key no unique index finds again: out of the batch, into quarantine. */
export async function takeNullKeys({ session, table, quarantine }: ChunkWork): Promise<void> {
  const condition = nullKeyCondition(table);
  // One more than may be: the limit says the rest.
  const most = (table.rejects?.limit ?? 0) + 1;
  const { rows } = await session.query<{ place: string }>(
    `SELECT ctid::text AS place FROM ${batchTable} WHERE ${condition} ORDER BY ctid LIMIT ${most}`,
  );
  for (const { place } of rows) {
    const row = await renderRow(session, table, `${batchTable} WHERE ctid = '${place}'`);
    await quarantine.put({ rows: [row], why: nullKey(table) });
  }
  if (rows.length > 0) await session.query(`DELETE FROM ${batchTable} WHERE ${condition}`);
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
