import type { RunId, RunSigns, TableSigns } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { runLives } from './run-lives.ts';

/** Rates are those of so long, so that a pause of a run that was resumed soon leaves them. */
const recentSeconds = 120;

interface SignsRow {
  run: RunId;
  owner: string | null;
  attempts: number;
  now: Date;
  last_sign: Date;
  tables: TableRow[] | null;
}

/** Through JSON, so counts are numbers. */
interface TableRow {
  key: string;
  expected: number | null;
  recent: number;
  recentSeconds: number;
  leased: number;
  retries: number;
}

/**
 * A lease that was taken or renewed says when: `$2` is how long one lasts. A plan may hold U+0000,
 * as bounds of a text key do, at which `->>` fails.
 */
const signsSql = `
SELECT r.run_id::text AS run, r.owner, greatest(r.owner_epoch, 1) AS attempts, now() AS now,
  least(now(), greatest(r.started_at, r.completed_at, s.last, (
    SELECT max(w.last_seen_at) FROM migration_status.migration_workers w
    WHERE w.run_id = r.run_id))) AS last_sign, s.tables
FROM migration_status.migration_runs r
LEFT JOIN LATERAL (
  SELECT max(greatest(t.started_at, t.completed_at, t.counted_at, c.last)) AS last,
    json_agg(json_build_object('key', t.table_key,
      'expected', CASE
        WHEN c.announced AND t.planned THEN c.expected
        WHEN position('\\u0000' IN t.plan::text) = 0 THEN (t.plan ->> 'estimatedRows')::numeric END,
      'recent', coalesce(c.recent, 0),
      'recentSeconds', greatest(1, least($3::float8, extract(epoch FROM now() - t.started_at))),
      'leased', coalesce(c.leased, 0), 'retries', coalesce(c.retries, 0))
      ORDER BY t.ordinal, t.table_key) AS tables
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
  WHERE t.run_id = r.run_id
) s ON true
WHERE r.run_id::text = ANY ($1::text[])`;

export async function signs(
  session: Session,
  runs: readonly RunId[],
  leaseSeconds: number,
): Promise<ReadonlyMap<RunId, RunSigns>> {
  const lives = await runLives(session, runs);
  const rows = await session.rows<SignsRow>(signsSql, [runs, leaseSeconds, recentSeconds]);
  return new Map(
    rows.map((row) => {
      const life = lives.get(row.run);
      return [row.run, { ...readSigns(row), ...(life === undefined ? {} : { life }) }];
    }),
  );
}

function readSigns(row: SignsRow): RunSigns {
  return {
    run: row.run,
    ...(row.owner === null ? {} : { owner: row.owner }),
    attempts: row.attempts,
    now: row.now,
    lastSign: row.last_sign,
    tables: (row.tables ?? []).map(readTable),
  };
}

function readTable({
  key,
  expected,
  recent,
  leased,
  retries,
  recentSeconds,
}: TableRow): TableSigns {
  return {
    key,
    ...(expected === null ? {} : { expectedRows: expected }),
    recentRows: recent,
    recentSeconds,
    leasedChunks: leased,
    retries,
  };
}
