import { Readable } from 'node:stream';

import type { ChunkPlan, TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import type { RowRefusal } from '../copy/copy-error.ts';
import { copySql, copyStream } from '../copy/copy-stream.ts';
import { type Block, bytesOf } from './block.ts';
import type { Quarantine } from './quarantine.ts';

/** A chunk that is loaded around its refused rows. */
export interface ChunkWork extends RowsWork {
  readonly chunk: ChunkPlan;
  readonly blocks: AsyncIterable<Block>;
  readonly quarantine: Quarantine;
  /** The row may only lack a row that comes later in the chunk. */
  readonly isOrphan: (why: RowRefusal) => boolean;
  /** As of `Copied.xids`. */
  readonly xids: string[];
}

/** All that the source has sent. */
export interface Sent {
  readonly rows: number;
  readonly bytes: number;
  /** As of `Copied`. Absent: all that are not in quarantine. */
  readonly written?: 'unknown';
  /** As of `Copied`. */
  readonly met?: number;
}

const savepointSql = `
UPDATE snowmelt.chunk_ledger SET bytes = bytes
WHERE run_id = $1 AND table_key = $2 AND chunk_id = $3 RETURNING xmin::text AS xid`;

/**
 * Remembers what rows carry that are written under the savepoint in hand: PostgreSQL has no function
 * for it.
 */
export async function noteSavepoint({ session, table, chunk, xids }: ChunkWork): Promise<void> {
  const key = [table.run, table.key, chunk.id];
  const [row] = (await session.query<{ xid: string }>(savepointSql, key)).rows;
  if (row === undefined) throw new Error(`chunk ${chunk.id} is not in the ledger`);
  xids.push(row.xid);
}

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
  const { rows } = await copyStream(await session.copying(), copySql(into, fields), bytes, signal);
  return rows === to - from ? undefined : rowsDropped;
}

/** Class 02: no data. PostgreSQL says nothing of such a row, so that nobody would miss it. */
const rowsDropped: RowRefusal = {
  sqlState: '02000',
  message: 'PostgreSQL has not kept the row: a trigger of the table drops it',
};
