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
}

/** All that the source has sent. */
export interface Sent {
  readonly rows: number;
  readonly bytes: number;
  /** As of `Copied.xids`. Absent: rows went through a merge. */
  readonly xids?: readonly string[];
}
