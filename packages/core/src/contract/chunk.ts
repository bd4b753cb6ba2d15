import type { Readable } from 'node:stream';

import type { JsonObject } from './json.ts';

/** A piece of a table. JSON, so that a status row or a Lambda event can carry it. */
export interface ChunkPlan {
  /** Unique in its table. The same plan of the same table gives the same ids. */
  readonly id: string;
  /** `extract`: the source turns it into load chunks. `load`: its bytes go into the target. */
  readonly kind: 'extract' | 'load';
  /** Keys of the whole source, for `TablePlan.deleteMissing`. Absent: rows of the table. */
  readonly of?: 'keys';
  /** Which rows these are, for people and monitoring. */
  readonly range: JsonObject;
  /** What the source needs to open it again in another process. Nobody else reads it. */
  readonly spec: JsonObject;
  readonly expectedRows?: number;
  /** As stored at the source, compressed where it compresses. */
  readonly expectedBytes?: number;
}

/**
 * The rows of a chunk as canonical CSV (docs/reference/canonical-csv.md): UTF-8, LF after every
 * row, no header. The stream is destroyed by whoever opened it if it is not read to its end.
 */
export interface ChunkStream {
  readonly bytes: Readable;
  /** How many rows the source announced. A load that counts others is rolled back. */
  readonly expectedRows?: number;
}

/** That a chunk is in the target, as the target's ledger has it. */
export interface LoadReceipt {
  readonly chunk: string;
  /** As the chunk has it. */
  readonly of?: 'keys';
  /** In the target. */
  readonly rows: number;
  /** Bytes of canonical CSV. */
  readonly bytes: number;
  /** Rows of the chunk beside them that are in quarantine. Absent: none. */
  readonly rejected?: number;
  /**
   * Keys of the chunk that found the row of another key of the source, since the target's comparison
   * is looser: one row stands for both. Absent: none.
   */
  readonly met?: number;
  /**
   * It has no rows, and never will: pieces of it, of which there are to be so many, are loaded in its
   * place (`DividesLoads`). Absent: it is loaded.
   */
  readonly dividedInto?: number;
  /** The ledger had it before: nothing was opened or loaded by this call. */
  readonly alreadyLoaded: boolean;
}
