import type {
  ChunkPlan,
  FailedChunks,
  LeaseAnswer,
  RunId,
  TableKey,
  WorkerId,
} from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { superseded } from '../run/superseded-table.ts';
import { noSuchTable } from '../table/record-table.ts';

export interface LeaseRequest {
  readonly run: RunId;
  readonly table: TableKey;
  readonly worker: WorkerId;
  readonly gate: string | undefined;
  readonly seconds: number;
  /** Names this request, so that its repetition finds what it was given. */
  readonly event: string;
}

type LeaseRow = { plan: ChunkPlan; generation: number; retries: number };

/**
 * One statement takes a chunk: load before extract, in the order of planning, and one whose lease
 * ran out like any other. `SKIP LOCKED`: a chunk that someone takes at this moment is passed by.
 * Nothing is given out of a table that another run has claimed, nor under another gate than the table
 * has. A lease that ran out counts as a
 * try that failed: its worker may have died of the chunk.
 */
export const takeChunk = `
  WITH next AS (
    SELECT chunk_id
    FROM migration_status.migration_chunk_status
    WHERE run_id = $1 AND table_key = $2 AND status IN ('pending', 'in_progress')
      AND (status = 'pending' OR lease_expires_at < now())
      AND EXISTS (
        SELECT FROM migration_status.migration_table_status t
        JOIN migration_status.table_claims k USING (target_database, target_schema, target_table)
        WHERE t.run_id = $1 AND t.table_key = $2 AND k.run_id = $1
          AND ($6::uuid IS NULL OR t.gate = $6))
    ORDER BY kind DESC, ordinal
    LIMIT 1
    FOR UPDATE SKIP LOCKED
  )
  UPDATE migration_status.migration_chunk_status c
  SET status = 'in_progress', worker_id = $3, generation = generation + 1,
    lease_expires_at = now() + $4::float8 * interval '1 second',
    started_at = now(), completed_at = NULL, last_event = $5,
    retry_count = coalesce(retry_count, 0) + (status = 'in_progress')::integer
  WHERE c.run_id = $1 AND c.table_key = $2 AND c.chunk_id = (SELECT chunk_id FROM next)
  RETURNING c.plan, c.generation, c.retry_count AS retries`;

export async function lease(
  session: Session,
  request: LeaseRequest,
  again: boolean,
): Promise<LeaseAnswer> {
  const { run, table, worker, gate, seconds, event } = request;
  // By this machine's clock, and from before the server's: the worker never thinks it has longer.
  const deadline = new Date(Date.now() + seconds * 1000);
  const given = again ? await alreadyGiven(session, request) : [];
  const [row] =
    given.length > 0
      ? given
      : await session.rows<LeaseRow>(takeChunk, [run, table, worker, seconds, event, gate]);
  if (row === undefined) return nothingToTake(session, request);
  const { plan: chunk, generation, retries } = row;
  return { kind: 'lease', lease: { run, table, chunk, worker, generation, deadline, retries } };
}

/** The lease whose reply was lost; its time starts anew. */
async function alreadyGiven(
  session: Session,
  { run, table, worker, seconds, event }: LeaseRequest,
): Promise<LeaseRow[]> {
  return session.rows<LeaseRow>(
    `UPDATE migration_status.migration_chunk_status
     SET lease_expires_at = now() + $4::float8 * interval '1 second'
     WHERE run_id = $1 AND table_key = $2 AND worker_id = $3 AND last_event = $5
       AND status = 'in_progress'
     RETURNING plan, generation, retry_count AS retries`,
    [run, table, worker, seconds, event],
  );
}

async function nothingToTake(
  session: Session,
  { run, table, gate }: LeaseRequest,
): Promise<LeaseAnswer> {
  const [row] = await session.rows<{ claimed_by: string | null; shut: boolean; open: boolean }>(
    `SELECT k.run_id AS claimed_by,
       $3::uuid IS NOT NULL AND t.gate IS DISTINCT FROM $3 AS shut, EXISTS (
         SELECT FROM migration_status.migration_chunk_status
         WHERE run_id = $1 AND table_key = $2 AND status IN ('pending', 'in_progress')) AS open
     FROM migration_status.migration_table_status t
     LEFT JOIN migration_status.table_claims k USING (target_database, target_schema, target_table)
     WHERE t.run_id = $1 AND t.table_key = $2`,
    [run, table, gate],
  );
  if (row === undefined) throw noSuchTable({ run, table });
  const { claimed_by: by, shut, open } = row;
  if (by !== null && by !== run) throw superseded(run, { key: table, by });
  if (shut) return { kind: 'shut' };
  return open ? { kind: 'wait' } : { kind: 'done', ...(await failures(session, run, table)) };
}

/** Of all processes: whoever comes to the table's end has to know of them. */
async function failures(
  session: Session,
  run: RunId,
  table: TableKey,
): Promise<{ failed?: FailedChunks }> {
  const [first] = await session.rows<FailedChunks>(
    `SELECT chunk_id AS chunk, coalesce(error_message, '') AS error, (count(*) OVER ())::int AS count
     FROM migration_status.migration_chunk_status
     WHERE run_id = $1 AND table_key = $2 AND status = 'failed' ORDER BY ordinal LIMIT 1`,
    [run, table],
  );
  return first === undefined ? {} : { failed: first };
}
