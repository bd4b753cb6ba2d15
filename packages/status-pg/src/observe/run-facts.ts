import type {
  FailureGroup,
  RunActivity,
  RunId,
  SnapshotPoint,
  TableKey,
  TablePace,
  WorkerActivity,
} from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

/** What is seen of a run beside its summary and its life. */
export type RunFacts = Omit<RunActivity, 'run' | 'life' | 'failures'>;

/** Rates are those of so long, so that a pause of a run that was resumed soon leaves them. */
const recentSeconds = 120;

interface FactsRow {
  run: RunId;
  owner: string | null;
  snapshot: SnapshotPoint | null;
  attempts: number;
  now: Date;
  last_sign: Date | null;
  paces: readonly PaceRow[];
  workers: readonly WorkerRow[];
}

/** Through JSON, so counts are numbers. */
interface PaceRow extends Omit<TablePace, 'expectedRows'> {
  expectedRows: number | null;
}

/** Through JSON: times are texts. */
interface WorkerRow {
  worker: string;
  chunks: number;
  overdue: number;
  last: string | null;
  silent: boolean;
  waits_for: string | null;
  waits_since: string | null;
}

/**
 * A lease that was taken or renewed says when: `$2` is how long one lasts. A plan may hold U+0000,
 * as bounds of a text key do, at which `->>` fails.
 */
const pacesSql = `
  SELECT max(greatest(t.started_at, t.completed_at, t.counted_at, c.last)) AS last,
    json_agg(json_build_object('key', t.table_key,
      'expectedRows', CASE
        WHEN c.announced AND t.planned THEN c.expected
        WHEN position('\\u0000' IN t.plan::text) = 0 THEN (t.plan ->> 'estimatedRows')::numeric END,
      'recentRows', coalesce(c.recent, 0),
      'recentSeconds', greatest(1, least($3::float8, extract(epoch FROM now() - t.started_at))),
      'leasedChunks', coalesce(c.leased, 0), 'retries', coalesce(c.retries, 0))
      ORDER BY t.ordinal, t.table_key) AS paces
  FROM migration_status.migration_table_status t
  LEFT JOIN LATERAL (
    SELECT greatest(max(started_at), max(completed_at),
        max(lease_expires_at) - $2::float8 * interval '1 second') AS last,
      count(*) FILTER (WHERE status = 'in_progress' AND lease_expires_at > now()) AS leased,
      sum(retry_count) AS retries,
      sum(expected_rows) FILTER (WHERE kind = 'load') AS expected,
      bool_and(expected_rows IS NOT NULL) FILTER (WHERE kind = 'load')
        AND NOT coalesce(bool_or(status <> 'completed') FILTER (WHERE kind = 'extract'), false)
        AS announced,
      sum(rows_copied) FILTER (WHERE kind = 'load' AND status = 'completed'
        AND completed_at > now() - $3::float8 * interval '1 second') AS recent
    FROM migration_status.migration_chunk_status
    WHERE run_id = t.run_id AND table_key = t.table_key
  ) c ON true
  WHERE t.run_id = r.run_id`;

/**
 * Of a chunk in its hands, `worker_id` begins with the three parts of a process' name. Workers that have
 * ended are not told.
 */
const workersSql = `
  SELECT json_agg(s ORDER BY s.worker) FILTER (WHERE s.told) AS workers, max(s.seen) AS last
  FROM (
    SELECT coalesce(w.worker_id, b.worker) AS worker, coalesce(b.chunks, 0) AS chunks,
      coalesce(b.overdue, 0) AS overdue, greatest(w.last_seen_at, b.last) AS last,
      w.ended_at IS NULL AND coalesce(w.last_seen_at < now() - interval '1 minute', false) AS silent,
      w.waits_for, w.waits_since, w.last_seen_at AS seen,
      (w.worker_id IS NOT NULL AND w.ended_at IS NULL) OR b.chunks > 0 AS told
    FROM (SELECT * FROM migration_status.migration_workers WHERE run_id = r.run_id) w
    FULL JOIN (
      SELECT array_to_string((string_to_array(worker_id, '/'))[1:3], '/') AS worker,
        count(*) AS chunks,
        count(*) FILTER (WHERE lease_expires_at < now()) AS overdue,
        max(started_at) AS last
      FROM migration_status.migration_chunk_status
      WHERE run_id = r.run_id AND status = 'in_progress' AND worker_id IS NOT NULL
      GROUP BY 1
    ) b ON b.worker = w.worker_id
  ) s`;

const factsSql = `
SELECT r.run_id::text AS run, r.owner, r.snapshot, greatest(r.owner_epoch, 1) AS attempts,
  now() AS now, least(now(), greatest(r.started_at, r.completed_at, t.last, w.last)) AS last_sign,
  coalesce(t.paces, '[]') AS paces, coalesce(w.workers, '[]') AS workers
FROM migration_status.migration_runs r
LEFT JOIN LATERAL (${pacesSql}) t ON true
LEFT JOIN LATERAL (${workersSql}) w ON true
WHERE r.run_id::text = ANY ($1::text[])`;

export async function runFacts(
  session: Session,
  runs: readonly RunId[],
  leaseSeconds: number,
): Promise<ReadonlyMap<RunId, RunFacts>> {
  const values = [runs, leaseSeconds, recentSeconds];
  const rows = await session.rows<FactsRow & Record<string, unknown>>(factsSql, values);
  return new Map(rows.map((row) => [row.run, readFacts(row)]));
}

function readFacts({
  owner,
  snapshot,
  attempts,
  now,
  last_sign,
  paces,
  workers,
}: FactsRow): RunFacts {
  return {
    ...(owner === null ? {} : { owner }),
    ...(snapshot === null ? {} : { snapshot }),
    attempts,
    now,
    ...(last_sign === null ? {} : { lastSign: last_sign }),
    paces: paces.map(({ expectedRows, ...pace }) => ({
      ...pace,
      ...(expectedRows === null ? {} : { expectedRows }),
    })),
    workers: workers.map(readWorker),
  };
}

function readWorker(row: WorkerRow): WorkerActivity {
  const { worker, chunks, overdue, last, silent, waits_for: what, waits_since: since } = row;
  return {
    worker,
    chunks,
    overdue,
    silent,
    ...(last === null ? {} : { lastSign: new Date(last) }),
    ...(what === null || since === null ? {} : { waitsFor: { what, since: new Date(since) } }),
  };
}

interface FailureRow extends Omit<FailureGroup, 'table'> {
  run: RunId;
  table: TableKey;
}

/** A table's own error is told where none of its chunks says the same. */
const failuresSql = `
WITH chunks AS (
  SELECT run_id, table_key, split_part(error_message, ': ', 1) AS code, count(*)::int AS chunks,
    status <> 'failed' AS retrying, min(error_message) AS message
  FROM migration_status.migration_chunk_status
  WHERE run_id = ANY ($1::uuid[]) AND error_message IS NOT NULL
    AND (status = 'failed' OR status IN ('pending', 'in_progress') AND retry_count > 0)
  GROUP BY run_id, table_key, split_part(error_message, ': ', 1), status <> 'failed'
)
SELECT run_id::text AS run, table_key AS table, code, chunks, retrying, message FROM chunks
UNION ALL
SELECT t.run_id::text, t.table_key, split_part(t.error_message, ': ', 1), 0, false, t.error_message
FROM migration_status.migration_table_status t
WHERE t.run_id = ANY ($1::uuid[]) AND t.status = 'failed' AND t.error_message IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM chunks c WHERE c.run_id = t.run_id AND c.table_key = t.table_key AND NOT c.retrying
      AND (c.code = split_part(t.error_message, ': ', 1) OR t.error_message LIKE 'RUN.CHUNKS_FAILED: %'))
ORDER BY 1, 2, 4 DESC, 3`;

/** Of runs that there are. */
export async function runFailures(
  session: Session,
  runs: readonly RunId[],
): Promise<ReadonlyMap<RunId, readonly FailureGroup[]>> {
  const rows = await session.rows<FailureRow & Record<string, unknown>>(failuresSql, [runs]);
  const byRun = Map.groupBy(rows, ({ run }) => run);
  return new Map([...byRun].map(([run, failures]) => [run, failures.map(readFailure)]));
}

function readFailure({ run: _run, code, message, ...row }: FailureRow): FailureGroup {
  const prefix = `${code}: `;
  return {
    ...row,
    code,
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
  };
}
