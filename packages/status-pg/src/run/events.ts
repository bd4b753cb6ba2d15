import { SnowmeltError, type RunEvent, type RunId } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

type EventRow = {
  at: Date;
  of: RunEvent['of'];
  name: string;
  event: RunEvent['event'];
  text: string | null;
};

/** A chunk that went well in the end has lost the reason for which it was tried again: the run's log has it. */
const eventsSql = `
SELECT * FROM (
  SELECT e.* FROM migration_status.migration_runs r, LATERAL (VALUES
    (r.started_at, 'run', r.run_id::text, 'began', NULL),
    (r.completed_at, 'run', r.run_id::text,
      CASE r.status WHEN 'failed' THEN 'failed' ELSE 'ended' END,
      concat_ws(': ', r.status, r.error_message))
  ) AS e (at, "of", name, event, text)
  WHERE r.run_id::text = $1
  UNION ALL
  SELECT e.* FROM migration_status.migration_table_status t, LATERAL (VALUES
    (t.started_at, 'table', t.table_key, 'began', NULL),
    (t.completed_at, 'table', t.table_key, CASE t.status WHEN 'failed' THEN 'failed' ELSE 'ended' END,
      coalesce(t.error_message, t.total_rows_copied || ' rows'))
  ) AS e (at, "of", name, event, text)
  WHERE t.run_id::text = $1
  UNION ALL
  SELECT coalesce(c.completed_at, c.started_at), 'chunk', c.table_key || ' ' || c.chunk_id,
    CASE c.status WHEN 'failed' THEN 'failed' ELSE 'tried_again' END, c.error_message
  FROM migration_status.migration_chunk_status c
  WHERE c.run_id::text = $1 AND (c.status = 'failed' OR c.retry_count > 0)
  UNION ALL
  SELECT e.* FROM migration_status.migration_workers w, LATERAL (VALUES
    (w.started_at, 'worker', w.host || ' pid ' || w.pid, 'began', nullif(w.version, '')),
    (w.ended_at, 'worker', w.host || ' pid ' || w.pid, 'ended', NULL)
  ) AS e (at, "of", name, event, text)
  WHERE w.run_id::text = $1
) e
WHERE at IS NOT NULL
ORDER BY at DESC, array_position(ARRAY['run', 'worker', 'table', 'chunk'], "of") DESC
LIMIT $2`;

/** Oldest first. */
export async function events(
  session: Session,
  run: RunId,
  limit: number,
): Promise<readonly RunEvent[]> {
  const rows = await session.rows<EventRow>(eventsSql, [run.toLowerCase(), limit]);
  if (rows.length === 0) {
    throw new SnowmeltError('RUN.NOT_FOUND', `There is no run ${run}`, { place: { run } });
  }
  return rows
    .toReversed()
    .map(({ text, ...event }) => ({ ...event, ...(text === null ? {} : { text }) }));
}
