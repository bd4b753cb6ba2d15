import type { ChunkCell, LoadedSpan, RunId, TableKey } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

interface SpanRow {
  from: Date;
  seconds: number;
  rows: string;
  bytes: string;
}

/** From the run's first loaded chunk to its last, or to this moment while it is not over. */
const throughputSql = `
WITH loaded AS (
  SELECT completed_at AS at, rows_copied, bytes
  FROM migration_status.migration_chunk_status
  WHERE run_id = $1 AND kind = 'load' AND status = 'completed' AND completed_at IS NOT NULL
    AND ($3::text IS NULL OR table_key = $3)
), span AS (
  SELECT least(min(started), (SELECT min(at) FROM loaded)) AS first,
    greatest(max(ended), (SELECT max(at) FROM loaded)) AS last
  FROM (SELECT r.started_at AS started, coalesce(r.completed_at, now()) AS ended
        FROM migration_status.migration_runs r WHERE r.run_id = $1) r
), cut AS (
  SELECT first, greatest(1, extract(epoch FROM last - first) / $2)::float8 AS width FROM span
), filled AS (
  SELECT least($2 - 1, floor(extract(epoch FROM l.at - c.first) / c.width))::int AS n,
    sum(l.rows_copied) AS rows, sum(l.bytes) AS bytes
  FROM loaded l, cut c GROUP BY 1
)
SELECT c.first + n * c.width * interval '1 second' AS "from", c.width AS seconds,
  coalesce(f.rows, 0) AS rows, coalesce(f.bytes, 0) AS bytes
FROM cut c, span s, generate_series(0, $2 - 1) AS n LEFT JOIN filled f USING (n)
WHERE c.first + n * c.width * interval '1 second' < s.last OR n = 0
ORDER BY n`;

export async function throughput(
  session: Session,
  run: RunId,
  { buckets, table }: { readonly buckets: number; readonly table?: TableKey | undefined },
): Promise<readonly LoadedSpan[]> {
  const rows = await session.rows<SpanRow>(throughputSql, [run, buckets, table ?? null]);
  return rows.map((row) => ({ ...row, rows: Number(row.rows), bytes: Number(row.bytes) }));
}

/** The order is that in which they are leased (the index of open chunks has it as well). */
const mapSql = `
SELECT count(*) FILTER (WHERE status = 'pending')::int AS open,
  count(*) FILTER (WHERE status = 'in_progress')::int AS leased,
  count(*) FILTER (WHERE status = 'completed')::int AS completed,
  count(*) FILTER (WHERE status = 'failed')::int AS failed
FROM (
  SELECT status, row_number() OVER (ORDER BY ordinal) - 1 AS n, count(*) OVER () AS total
  FROM migration_status.migration_chunk_status
  WHERE run_id = $1 AND table_key = $2 AND kind = 'load'
) c
GROUP BY n * least($3, total) / total
ORDER BY n * least($3, total) / total`;

export async function chunkMap(
  session: Session,
  at: { readonly run: RunId; readonly table: TableKey },
  cells: number,
): Promise<readonly ChunkCell[]> {
  return session.rows<ChunkCell & Record<string, number>>(mapSql, [at.run, at.table, cells]);
}
