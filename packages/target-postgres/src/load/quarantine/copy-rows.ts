import { Readable } from 'node:stream';

import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import type { RowRefusal } from '../copy-error.ts';
import { copySql } from '../copy-sql.ts';
import { copyStream } from '../copy-stream.ts';
import { bytesOf, type Block } from './block.ts';

/** Where rows are tried out. */
export interface RowsWork {
  readonly session: Session;
  readonly table: TablePlan;
  readonly signal: AbortSignal;
}

/** Rows of a block, from `from` up to, not including, `to`. */
export interface RowsOfBlock {
  readonly block: Block;
  readonly from: number;
  readonly to: number;
}

/** COPYs rows that are in hand, into the plan's columns or those named. Throws as COPY does. */
export async function copyRows(
  { session, table, signal }: RowsWork,
  into: string,
  { block, from, to }: RowsOfBlock,
  fields: readonly string[] = table.columns.map(({ target }) => target),
): Promise<RowRefusal | undefined> {
  const bytes = Readable.from([bytesOf(block, from, to)], { objectMode: false });
  const { rows } = await copyStream(session.client, copySql(into, fields), bytes, signal);
  return rows === to - from ? undefined : rowsDropped;
}

/** Class 02: no data. PostgreSQL says nothing of such a row, so that nobody would miss it. */
const rowsDropped: RowRefusal = {
  sqlState: '02000',
  message: 'PostgreSQL has not kept the row: a trigger of the table drops it',
};
