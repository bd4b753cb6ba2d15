-- Rows that the target refused (on_row_error: quarantine), written with the chunk whose other rows
-- are in; see docs/decisions/0010-rejected-rows.md.

CREATE TABLE snowmelt.rejected_rows (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL,
  table_key text NOT NULL,
  chunk_id text NOT NULL,
  -- The row's number in the chunk, from 1. NULL: it was refused when the chunk was merged.
  row_in_chunk bigint,
  -- A row of canonical CSV without its LF: bytes, since it may hold what no text can. To read it:
  -- convert_from(row_text, 'UTF8'), or encode(row_text, 'escape').
  row_text bytea NOT NULL,
  sqlstate text NOT NULL,
  message text NOT NULL,
  column_name text,
  rejected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Set in the transaction that puts the row into the target after all.
  loaded_at timestamptz
);

CREATE INDEX rejected_rows_chunk ON snowmelt.rejected_rows (run_id, table_key, chunk_id);

-- Rows of the chunk that are in rejected_rows and not in the target; `rows` does not count them.
ALTER TABLE snowmelt.chunk_ledger ADD COLUMN rejected bigint NOT NULL DEFAULT 0;

-- How the run loads the table: what it takes to load a refused row again.
ALTER TABLE snowmelt.table_ledger ADD COLUMN plan json;

-- superseded: a later run has emptied the table or put other rows in its place, or has read all
-- rows of the source again and merged them, so that the row is of no use any more.
CREATE VIEW snowmelt.rejects AS
SELECT r.id, r.run_id, r.table_key, r.chunk_id, t.target_schema, t.target_table, r.row_in_chunk, r.row_text,
       r.sqlstate, r.message, r.column_name, r.rejected_at, r.loaded_at,
       CASE
         WHEN r.loaded_at IS NOT NULL THEN 'loaded'
         WHEN t.superseded_by IS NOT NULL OR EXISTS (
           SELECT 1 FROM snowmelt.table_ledger l
           WHERE l.target_schema = t.target_schema AND l.target_table = t.target_table
             AND l.table_key = t.table_key AND l.run_id <> t.run_id
             AND l.mode IN ('upsert', 'insert-only') AND l.watermark_from IS NULL
             AND l.published_at > r.rejected_at AND l.prepared_at > t.prepared_at
         ) THEN 'superseded'
         ELSE 'open'
       END AS state
FROM snowmelt.rejected_rows r
JOIN snowmelt.table_ledger t ON t.run_id = r.run_id AND t.table_key = r.table_key;

COMMENT ON TABLE snowmelt.rejected_rows IS 'Snowmelt: rows that the target refused, and why';
COMMENT ON VIEW snowmelt.rejects IS 'Snowmelt: refused rows with their target and what became of them';

INSERT INTO snowmelt.migrations (name) VALUES ('0006_rejected_rows');
