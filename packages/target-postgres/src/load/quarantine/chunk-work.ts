import type { ChunkPlan } from '@snowmelt/core';

import type { RowRefusal } from '../copy-error.ts';
import type { Block } from './block.ts';
import type { RowsWork } from './copy-rows.ts';
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
  /** As of `Copied.met`. */
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
