import {
  type ChunkEvent,
  type ChunkPlan,
  type ChunkState,
  chunkTransitions,
  type Lease,
  leftOutNote,
} from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { storable } from '../table/storable.ts';
import { chunkColumns, insertChunks } from './chunk-columns.ts';
import { leaseLost } from './lease-lost.ts';

/**
 * Records what became of a leased chunk, in one statement, fenced by worker and generation. Said
 * again (`event` names the saying, for repetitions after a lost reply), it changes nothing.
 */
export async function record(
  session: Session,
  lease: Lease,
  { what, event }: { what: ChunkEvent; event: string },
): Promise<void> {
  const rows =
    what.type === 'extracted' || (what.type === 'loaded' && what.pieces !== undefined)
      ? await recordBringing(session, lease, { ...bringingOf(what), event })
      : await recordChange(session, lease, { what, event });
  if (rows.length === 0) await acceptRepetition(session, lease, { what, event });
}

/**
 * A chunk has a deadline exactly while it is leased. To ask for its status instead would let the
 * planner take the index of open chunks, all of which it would then read.
 */
const leased = `
  c.run_id = $1 AND c.table_key = $2 AND c.lease_expires_at IS NOT NULL`;

type Change = Exclude<ChunkEvent, { type: 'extracted' }>;

async function recordChange(
  session: Session,
  lease: Lease,
  { what, event }: { what: Change; event: string },
): Promise<unknown[]> {
  const { run, table, chunk, worker, generation } = lease;
  const [assignments, values] = changes(what);
  return session.rows(
    `UPDATE migration_status.migration_chunk_status c
     SET last_event = $6, status = $7, ${assignments}
     WHERE ${leased} AND c.chunk_id = $3 AND c.worker_id = $4 AND c.generation = $5
       AND c.last_event IS DISTINCT FROM $6
     RETURNING c.chunk_id`,
    [run, table, chunk.id, worker, generation, event, wordAfter(what), ...values],
  );
}

function changes(what: Change): readonly [assignments: string, values: readonly unknown[]] {
  switch (what.type) {
    case 'loaded':
      return [
        `rows_copied = $8, bytes = $9, completed_at = now(), lease_expires_at = NULL,
         error_message = $10`,
        [what.rows, what.bytes, leftOutNote(what) ?? null],
      ];
    case 'retried':
      return ['retry_count = retry_count + 1, error_message = $8', [storable(what.error)]];
    case 'failed':
      return [
        'completed_at = now(), lease_expires_at = NULL, error_message = $8',
        [storable(what.error)],
      ];
    case 'released':
      return ['lease_expires_at = NULL', []];
  }
}

interface Bringing {
  readonly chunks: readonly ChunkPlan[];
  /** Of which chunks, and what becomes of their figures. */
  readonly where: string;
  readonly figures: string;
}

/** Chunks that take the place of the one in hand. */
function bringingOf(what: Extract<ChunkEvent, { type: 'extracted' | 'loaded' }>): Bringing {
  if (what.type === 'extracted') {
    return { chunks: what.chunks, where: "c.kind = 'extract'", figures: '' };
  }
  // Its rows are expected with its pieces from now on.
  const figures = ', rows_copied = 0, bytes = 0, expected_rows = 0, expected_bytes = 0';
  return { chunks: what.pieces ?? [], where: "c.kind <> 'extract'", figures };
}

/** The chunk ends and those that it brings appear, or neither. */
async function recordBringing(
  session: Session,
  lease: Lease,
  { chunks, where, figures, event }: Bringing & { readonly event: string },
): Promise<unknown[]> {
  const { run, table, chunk, worker, generation } = lease;
  return session.rows(
    `WITH ended AS (
       UPDATE migration_status.migration_chunk_status c
       SET last_event = $12, status = 'completed', completed_at = now(), lease_expires_at = NULL,
         error_message = NULL${figures}
       WHERE ${leased} AND c.chunk_id = $9 AND c.worker_id = $10 AND c.generation = $11
         AND ${where}
       RETURNING c.run_id, c.table_key
     ), added AS (${insertChunks('ended')})
     SELECT run_id FROM ended`,
    [run, table, ...chunkColumns(chunks), chunk.id, worker, generation, event],
  );
}

/** The same result under the same lease may come twice; anything else is a lease that is lost. */
async function acceptRepetition(
  session: Session,
  lease: Lease,
  { what, event }: { what: ChunkEvent; event: string },
): Promise<void> {
  const { run, table, chunk, worker, generation } = lease;
  const [row] = await session.rows(
    `SELECT FROM migration_status.migration_chunk_status
     WHERE run_id = $1 AND table_key = $2 AND chunk_id = $3 AND worker_id = $4 AND generation = $5
       AND (last_event = $6 OR (status = $7 AND status <> 'in_progress'))`,
    [run, table, chunk.id, worker, generation, event, wordAfter(what)],
  );
  if (row === undefined) throw leaseLost(lease);
}

/** What `migration_chunk_status.status` says, in the words of the earlier tool. */
type StatusWord = 'pending' | 'in_progress' | 'completed' | 'failed';

export const statusWords: Readonly<Record<ChunkState, StatusWord>> = {
  planned: 'pending',
  leased: 'in_progress',
  lapsed: 'in_progress',
  extracted: 'completed',
  loaded: 'completed',
  failed: 'failed',
};

/** The word for a leased chunk after an event. */
export function wordAfter(event: ChunkEvent): StatusWord {
  const state = chunkTransitions.leased[event.type];
  if (state === 'refused') throw new RangeError(`a leased chunk takes no ${event.type}`);
  return statusWords[state];
}
