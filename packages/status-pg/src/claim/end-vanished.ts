import type { Session } from '@snowmelt/pg-connection';
import { holdersOf } from './locks.ts';

/** Seconds without a sign of life, of which an owner gives one every ten: as long as a lease of chunks. */
const vanishedAfter = 60;

/**
 * Ends the sessions that hold these locks for owners who have given no sign of life for so long: a
 * frozen process, or a machine that is gone, sends no FIN, and its session may keep its locks for hours.
 * By the same role alone, and by the worker that the run itself names as its owner. Should that one be
 * alive after all, it finds that the run is not its own any more, and does no harm. Whether there was one.
 */
export async function endVanished(session: Session, names: readonly string[]): Promise<boolean> {
  const rows = await session.rows<{ ended: boolean }>(
    `SELECT pg_terminate_backend(pid, 5000) AS ended
     FROM (
       SELECT DISTINCT h.pid
       FROM unnest($1::text[]) AS name CROSS JOIN LATERAL (${holdersOf('name')}) h
       JOIN migration_status.migration_runs r
         ON h.application = 'snowmelt ' || r.run_id || ' owner'
       JOIN migration_status.migration_workers w ON w.run_id = r.run_id AND w.worker_id = r.owner
       WHERE h.role = current_user AND w.ended_at IS NULL
         AND w.last_seen_at < now() - $2 * interval '1 second'
     ) vanished`,
    [names, vanishedAfter],
  );
  return rows.length > 0;
}
