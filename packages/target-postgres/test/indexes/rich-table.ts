import type { Client } from 'pg';

import { serverVersion } from './catalog.ts';

/**
 * Table `t` with everything that may stand on a table, and its neighbours: 16 indexes and keys,
 * foreign keys in both directions, triggers, views, grants, statistics.
 */
const richTable = `
CREATE COLLATION public.plain (provider = libc, locale = 'C');
CREATE FUNCTION public.tidy(text) RETURNS text IMMUTABLE LANGUAGE sql
  SET search_path = pg_catalog AS 'SELECT lower(btrim($1))';
CREATE TABLE parent (id bigint PRIMARY KEY, region text UNIQUE);
INSERT INTO parent SELECT n, 'r' || n FROM generate_series(1, 50) n;
CREATE TABLE t (
  id bigint NOT NULL,
  name text,
  code text NOT NULL,
  region text,
  parent_id bigint,
  up bigint,
  span int4range,
  tags jsonb
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.5);
ALTER TABLE t ADD CONSTRAINT "T key" PRIMARY KEY (id) INCLUDE (name) WITH (fillfactor = 80);
ALTER TABLE t ADD CONSTRAINT t_code UNIQUE (code) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE t ADD CONSTRAINT t_pair UNIQUE NULLS NOT DISTINCT (id, region);
ALTER TABLE t ADD CONSTRAINT t_ref UNIQUE (id, code);
ALTER TABLE t ADD CONSTRAINT t_span EXCLUDE USING gist (span WITH &&);
ALTER TABLE t ADD CONSTRAINT t_check CHECK (id > 0);
COMMENT ON CONSTRAINT "T key" ON t IS 'it''s the \\ key';
COMMENT ON INDEX "T key" IS 'index of the key';
CREATE INDEX t_lower ON t (lower(name), (id + 1));
ALTER INDEX t_lower ALTER COLUMN 1 SET STATISTICS 700;
ALTER INDEX t_lower ALTER COLUMN 2 SET STATISTICS 0;
CREATE INDEX t_tidy ON t (tidy(name));
CREATE INDEX t_partial ON t (region) WHERE parent_id IS NOT NULL AND region > 'a';
CREATE INDEX t_include ON t (name) INCLUDE (region, up);
CREATE INDEX t_opclass ON t (name text_pattern_ops DESC NULLS LAST, region COLLATE public.plain);
CREATE INDEX t_gin ON t USING gin (tags jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX t_brin ON t USING brin (id) WITH (pages_per_range = 4);
CREATE INDEX t_hash ON t USING hash (region);
COMMENT ON INDEX t_partial IS 'only some';
CREATE UNIQUE INDEX t_identity ON t (code, id);
ALTER TABLE t REPLICA IDENTITY USING INDEX t_identity;
CREATE INDEX t_cluster ON t (region, id);
ALTER TABLE t CLUSTER ON t_cluster;
ALTER TABLE t ADD CONSTRAINT t_parent FOREIGN KEY (parent_id) REFERENCES parent
  ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
COMMENT ON CONSTRAINT t_parent ON t IS 'to the parent';
ALTER TABLE t ADD CONSTRAINT t_region FOREIGN KEY (region) REFERENCES parent (region) NOT VALID;
ALTER TABLE t ADD CONSTRAINT t_up FOREIGN KEY (up) REFERENCES t (id);
CREATE TABLE child (t_id bigint, t_code text, FOREIGN KEY (t_id, t_code) REFERENCES t (id, code));
CREATE STATISTICS t_stats (ndistinct, dependencies) ON region, parent_id FROM t;
ALTER STATISTICS t_stats SET STATISTICS 300;
ALTER TABLE t ALTER COLUMN name SET STATISTICS 900;
CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t_seen BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION seen();
ALTER TABLE t DISABLE TRIGGER t_seen;
CREATE VIEW t_view AS SELECT id, upper(name) AS name FROM t;
CREATE RULE t_quiet AS ON DELETE TO t WHERE OLD.id = 0 DO INSTEAD NOTHING;
CREATE PUBLICATION all_of_t FOR TABLE t;
GRANT SELECT ON t TO PUBLIC;
GRANT UPDATE (name) ON t TO PUBLIC;
COMMENT ON TABLE t IS 'rich';
`;

/** PostgreSQL 14 does not know NULLS NOT DISTINCT. */
export async function createRichTable(sql: Client): Promise<void> {
  const knows = (await serverVersion(sql)) >= 150_000;
  await sql.query(knows ? richTable : richTable.replace('NULLS NOT DISTINCT', ''));
}

/** What a load takes off it; the rest stays: t_ref for child's sake, t_span has no USING INDEX. */
export const dropped = [
  'T key',
  't_brin',
  't_cluster',
  't_code',
  't_gin',
  't_hash',
  't_identity',
  't_include',
  't_lower',
  't_opclass',
  't_pair',
  't_parent',
  't_partial',
  't_region',
  't_tidy',
  't_up',
];
