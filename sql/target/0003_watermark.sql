-- Where an incremental load began to read. A later one begins no higher while this run is unfinished.

ALTER TABLE snowmelt.table_ledger ADD COLUMN watermark_from text;

COMMENT ON COLUMN snowmelt.table_ledger.watermark_from IS
  'The watermark that the run reads from, as canonical text; null: it reads all rows';

INSERT INTO snowmelt.migrations (name) VALUES ('0003_watermark');
