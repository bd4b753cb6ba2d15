-- Several processes on one run: who they are and when they were last seen, whose it is while none of
-- them holds it, and which tables are ready for others than the owner.

-- Every process at work on a run, the owner among them.
CREATE TABLE migration_status.migration_workers (
  run_id uuid NOT NULL
    REFERENCES migration_status.migration_runs (run_id) ON DELETE CASCADE,
  -- Of a chunk in its hands, migration_chunk_status.worker_id starts with it.
  worker_id text NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  version text NOT NULL DEFAULT '',
  started_at timestamptz NOT NULL DEFAULT now(),
  -- Renewed every ten seconds.
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  -- NULL: it is at work, or was killed, which last_seen_at tells.
  ended_at timestamptz,
  waits_for text,
  waits_since timestamptz,
  PRIMARY KEY (run_id, worker_id)
);

ALTER TABLE migration_status.migration_runs
  -- Between the processes of a distributed run: nobody else takes its tables for so many seconds
  -- after held_since, or last_seen_at of any of its workers. NULL: it is owned by the process that
  -- holds its lock.
  ADD COLUMN held_since timestamptz,
  ADD COLUMN hold_seconds integer,
  -- Which plans the owner writes and reads: workers that know others don't help.
  ADD COLUMN plan_format integer;

ALTER TABLE migration_status.migration_table_status
  -- Others than the owner may work the chunks; another one each time that the table is prepared.
  ADD COLUMN gate uuid;

INSERT INTO migration_status.schema_migrations (name) VALUES ('0005_workers');
