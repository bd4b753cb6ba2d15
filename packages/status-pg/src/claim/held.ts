/** Until when a run `r` is kept for the next process of its own; NULL where it is not. */
export const heldUntil = `
  CASE WHEN r.status = 'running' THEN greatest(r.held_since, (
    SELECT max(w.last_seen_at) FROM migration_status.migration_workers w WHERE w.run_id = r.run_id
  )) + r.hold_seconds * interval '1 second' END`;
