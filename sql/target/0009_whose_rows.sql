-- What of a run stands in its table: people truncate, alter and delete between a stop and the next
-- command; see docs/decisions/0017-whose-rows.md.

-- The transaction that loaded the chunk (all 64 bits, for its age), and the ids that its rows carry
-- in xmin: its own, and those of its savepoints. NULL: loaded by an earlier version.
ALTER TABLE snowmelt.chunk_ledger ADD COLUMN xact bigint;
ALTER TABLE snowmelt.chunk_ledger ADD COLUMN xids xid[];
-- Rows that the chunk has written; fewer than its rows where a merge left some alone. NULL: not known.
ALTER TABLE snowmelt.chunk_ledger ADD COLUMN written bigint;

-- Oid of the table and file nodes of its leaves as the run has left them.
ALTER TABLE snowmelt.table_ledger ADD COLUMN identity jsonb;
-- Set where the run has gone on with chunks of an earlier invocation.
ALTER TABLE snowmelt.table_ledger ADD COLUMN resumed_at timestamptz;
-- How often the run has begun the table anew, since what it had loaded was gone.
ALTER TABLE snowmelt.table_ledger ADD COLUMN restarts integer NOT NULL DEFAULT 0;

INSERT INTO snowmelt.migrations (name) VALUES ('0009_whose_rows');
