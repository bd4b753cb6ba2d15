import {
  leftOut,
  type MergedRows,
  SnowmeltError,
  type RunId,
  type RunPlace,
  type RunStatus,
  type RunSummary,
  type TableStatus,
  type TableSummary,
  type Verification,
} from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

interface RunRow {
  id: string;
  status: RunStatus;
  started_at: Date;
  completed_at: Date | null;
  error: string | null;
  source_names: string[] | null;
  rows: string;
  credits: number | null;
  /** Of a first try. */
  limit: number | null;
  tables: TableRow[];
}

/** Through jsonb, so times are texts and counts are numbers. */
interface TableRow {
  key: string;
  sourceName: string;
  source: (string | null)[];
  target: (string | null)[];
  hash: string | null;
  status: TableStatus;
  totalChunks: number;
  completedChunks: number;
  failedChunks: number;
  rows: number;
  bytes: number;
  rejected: number;
  met: number;
  verification: Verification | null;
  merged: MergedRows | null;
  indexes: NonNullable<TableSummary['indexes']> | null;
  startedAt: string | null;
  completedAt: string | null;
  error: string | null;
  fix: string | null;
}

/**
 * Chunks are counted where the counters of the table rows may be behind: in runs that go on, and
 * for `live`. Runs of the earlier tool have counters only.
 */
const summaries = (runs: string): string => `
  SELECT r.run_id AS id, r.status, r.started_at, r.completed_at, r.error_message AS error,
    ARRAY (SELECT jsonb_array_elements_text(r.metadata -> 'source_names')
           WHERE jsonb_typeof(r.metadata -> 'source_names') = 'array') AS source_names,
    CASE WHEN jsonb_typeof(r.metadata -> 'spent') = 'object' THEN (
      SELECT sum((value ->> 'credits')::float8) FROM jsonb_each(r.metadata -> 'spent')) END AS credits,
    (r.metadata ->> 'limit')::float8 AS "limit",
    coalesce(s.row_sum, r.total_rows_copied, 0) AS rows, coalesce(s.tables, '[]') AS tables
  FROM (${runs}) r
  LEFT JOIN LATERAL (
    SELECT sum(coalesce(c.row_sum, t.total_rows_copied)) AS row_sum,
      json_agg(json_build_object(
        'key', t.table_key, 'sourceName', coalesce(t.source_name, ''),
        'source', json_build_array(t.source_database, t.source_schema, t.source_table),
        'target', json_build_array(t.target_database, t.target_schema, t.target_table),
        'hash', t.table_hash,
        'status', t.status,
        'totalChunks', coalesce(c.total, t.total_chunks, 0),
        'completedChunks', coalesce(c.completed, t.completed_chunks, 0),
        'failedChunks', coalesce(c.failed, t.failed_chunks, 0),
        'rows', coalesce(c.row_sum, t.total_rows_copied, 0),
        'bytes', coalesce(c.byte_sum, t.total_bytes, 0),
        'rejected', CASE WHEN t.status = 'completed'
          THEN coalesce((t.metadata ->> 'rejected_rows')::bigint, 0) ELSE 0 END,
        'met', CASE WHEN t.status = 'completed'
          THEN coalesce((t.metadata ->> 'keys_met')::bigint, 0) ELSE 0 END,
        'merged', CASE WHEN t.status = 'completed' AND jsonb_typeof(t.metadata -> 'merged') = 'object'
          THEN t.metadata -> 'merged' END,
        'verification', CASE WHEN t.status = 'completed' THEN t.metadata -> 'verification' END,
        'indexes', CASE WHEN t.indexes_restored THEN 'restored'
          WHEN t.indexes_disabled THEN 'disabled' END,
        'startedAt', t.started_at, 'completedAt', t.completed_at, 'error', t.error_message,
        'fix', CASE WHEN t.status = 'failed' THEN t.metadata ->> 'fix' END
      ) ORDER BY t.ordinal, t.table_key) AS tables
    FROM migration_status.migration_table_status t
    LEFT JOIN LATERAL (
      SELECT count(*) FILTER (WHERE kind = 'load') AS total,
        count(*) FILTER (WHERE kind = 'load' AND status = 'completed') AS completed,
        count(*) FILTER (WHERE kind = 'load' AND status = 'failed') AS failed,
        coalesce(sum(rows_copied) FILTER (WHERE kind = 'load'), 0) AS row_sum,
        coalesce(sum(bytes) FILTER (WHERE kind = 'load'), 0) AS byte_sum
      FROM migration_status.migration_chunk_status
      WHERE run_id = t.run_id AND table_key = t.table_key
    ) c ON r.owner IS NOT NULL AND (r.live OR r.status = 'running')
    WHERE t.run_id = r.run_id
  ) s ON true
  ORDER BY r.started_at DESC, r.run_id`;

export async function summary(session: Session, run: RunId): Promise<RunSummary> {
  const [found] = await wholeSummaries(session, [run.toLowerCase()]);
  if (found === undefined) throw noSuchRun(run);
  return found;
}

/** With the figures of this moment, the newest first. Runs that are not there are absent. */
export async function wholeSummaries(
  session: Session,
  wanted: readonly RunId[],
): Promise<readonly RunSummary[]> {
  const rows = await session.rows<RunRow>(
    summaries(
      'SELECT *, true AS live FROM migration_status.migration_runs WHERE run_id::text = ANY ($1)',
    ),
    [wanted],
  );
  return rows.map(readSummary);
}

export function noSuchRun(run: RunId): SnowmeltError {
  return new SnowmeltError('RUN.NOT_FOUND', `There is no run ${run}`, { place: { run } });
}

export async function runs(
  session: Session,
  limit: number,
  places?: readonly RunPlace[],
): Promise<readonly RunSummary[]> {
  const rows = await session.rows<RunRow>(
    summaries(`SELECT *, false AS live FROM migration_status.migration_runs r
      WHERE $2::json IS NULL OR EXISTS (
        SELECT FROM migration_status.migration_table_status t
        JOIN json_to_recordset($2) AS p ("sourceName" text, database text, schema text)
          ON t.source_name = p."sourceName" AND t.target_database = p.database
          AND t.target_schema = p.schema
        WHERE t.run_id = r.run_id)
      ORDER BY started_at DESC, run_id LIMIT $1`),
    [limit, places === undefined ? null : JSON.stringify(places)],
  );
  return rows.map(readSummary);
}

function readSummary(row: RunRow): RunSummary {
  return {
    id: row.id,
    status: row.status,
    startedAt: row.started_at,
    ...(row.completed_at === null ? {} : { completedAt: row.completed_at }),
    ...(row.error === null ? {} : { error: row.error }),
    sourceNames: row.source_names ?? [],
    rows: Number(row.rows),
    ...(row.credits === null ? {} : { credits: row.credits }),
    ...(row.limit === null ? {} : { limit: row.limit }),
    tables: row.tables.map(readTable),
  };
}

function readTable(row: TableRow): TableSummary {
  const {
    key,
    sourceName,
    status,
    totalChunks,
    completedChunks,
    failedChunks,
    rows,
    bytes,
    rejected,
    met,
    verification,
  } = row;
  return {
    key,
    sourceName,
    source: tableRef(row.source),
    target: tableRef(row.target),
    ...(row.hash === null ? {} : { hash: row.hash }),
    status,
    totalChunks,
    completedChunks,
    failedChunks,
    rows,
    bytes,
    ...leftOut({ rejected, met }),
    ...(verification === null ? {} : { verification }),
    ...(row.merged === null ? {} : { merged: row.merged }),
    ...(row.indexes === null ? {} : { indexes: row.indexes }),
    ...(row.startedAt === null ? {} : { startedAt: new Date(row.startedAt) }),
    ...(row.completedAt === null ? {} : { completedAt: new Date(row.completedAt) }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.fix === null ? {} : { fix: row.fix }),
  };
}

/** Rows of the earlier tool may leave names out. */
function tableRef([database, schema, name]: readonly (string | null)[]) {
  return { database: database ?? '', schema: schema ?? '', name: name ?? '' };
}
