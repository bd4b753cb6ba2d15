import { to as copyTo } from 'pg-copy-streams';
import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { columnList } from '../column-list.ts';

/** One row of a table with the plan's columns as canonical CSV, without its LF. */
export async function renderRow(
  { client }: Session,
  table: TablePlan,
  from: string,
): Promise<Buffer> {
  const sql = `COPY (SELECT ${columnList(table)} FROM ${from}) TO STDOUT (FORMAT csv)`;
  const pieces = await Array.fromAsync<Buffer>(client.query(copyTo(sql)));
  return Buffer.concat(pieces).subarray(0, -1);
}
