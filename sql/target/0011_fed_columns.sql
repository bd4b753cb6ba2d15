-- Which columns of a target runs have fed from a source table: a column that is not fed any more, and
-- one that is fed for the first time, are seen by it; see docs/decisions/0019-columns-not-fed.md.

CREATE TABLE snowmelt.fed_columns (
  target_schema text NOT NULL,
  target_table text NOT NULL,
  table_key text NOT NULL,
  -- Of the target.
  column_name text NOT NULL,
  -- NULL: the column of delete_missing: soft, which the run itself writes.
  source_column text,
  -- As the source spells it.
  source_type text,
  -- Among the columns that the run feeds, from 1.
  position integer NOT NULL,
  -- pg_class.oid and pg_attribute.attnum, by which a renamed column is found again. NULL: not known.
  relation oid,
  attribute smallint,
  -- A run that feeds it has come to its end: rows that are there have its values, or were told not to.
  filled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (target_schema, target_table, table_key, column_name)
);

COMMENT ON TABLE snowmelt.fed_columns IS 'Snowmelt: columns of targets that runs have fed';

-- What earlier versions have fed is known from the plans of their runs.
INSERT INTO snowmelt.fed_columns
  (target_schema, target_table, table_key, column_name, source_column, source_type, position, filled)
SELECT DISTINCT ON (t.target_schema, t.target_table, t.table_key, c.value ->> 'target')
  t.target_schema, t.target_table, t.table_key, c.value ->> 'target',
  c.value #>> '{source,name}', c.value #>> '{source,nativeType}', c.position, true
FROM snowmelt.table_ledger t
CROSS JOIN LATERAL json_array_elements(t.plan -> 'columns') WITH ORDINALITY AS c (value, position)
WHERE t.published_at IS NOT NULL AND c.value ->> 'target' IS NOT NULL
ORDER BY 1, 2, 3, 4, t.prepared_at DESC;

INSERT INTO snowmelt.migrations (name) VALUES ('0011_fed_columns');
