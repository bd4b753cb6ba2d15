import { modeTraits, type TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';

/** What a drop has put into the ledger. */
export interface RecordedPiece {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * To be set in the transaction that reads definitions. Under PostgreSQL's own path every name in them has its
 * schema, so that they mean the same in a session of another role.
 */
export const readDefinitions = `
SELECT set_config('extra_float_digits', '3', true), set_config('quote_all_identifiers', 'off', true)`;

/** Whatever is owed stands as the ledger has it; what is there under its name stays untouched. */
const notOwed = (table: string, name: string, foreignKey: boolean) => `NOT EXISTS (
  SELECT 1 FROM snowmelt.index_ledger l
  WHERE (l.target_schema, l.target_table) = (${table}) AND l.state <> 'rebuilt'
    AND l.name = ${name} AND (l.kind = 'foreign_key') = ${foreignKey})`;

/**
 * Functions that the index `oid` computes with and that may look names up in the search_path: it is
 * built again under a safe one, in which their names may mean nothing. From PostgreSQL 17 on the server
 * itself sees to that (https://www.postgresql.org/docs/current/release-17.html, "Migration"). Those in C,
 * with a path of their own, or with a body that was resolved when they were made, look nothing up.
 */
export const lookingUp = (oid: string): string => `
  SELECT f.oid FROM pg_catalog.pg_depend d
  LEFT JOIN pg_catalog.pg_operator o
    ON d.refclassid = 'pg_catalog.pg_operator'::regclass AND o.oid = d.refobjid
  JOIN pg_catalog.pg_proc f
    ON f.oid = o.oprcode OR d.refclassid = 'pg_catalog.pg_proc'::regclass AND f.oid = d.refobjid
  JOIN pg_catalog.pg_language l ON l.oid = f.prolang
  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = ${oid}
    AND l.lanname NOT IN ('internal', 'c') AND f.prosqlbody IS NULL
    AND NOT EXISTS (SELECT FROM unnest(f.proconfig) AS s WHERE starts_with(s, 'search_path='))`;

const leftSql = `
SELECT c.relname::text AS index, f.oid::regprocedure::text AS function, n.nspname::text AS schema
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
CROSS JOIN LATERAL (${lookingUp('c.oid')} LIMIT 1) l
JOIN pg_catalog.pg_proc f ON f.oid = l.oid
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE i.indrelid = pg_catalog.to_regclass($1)
ORDER BY c.relname`;

/** An index that stays since it might not come back. */
export interface LeftIndex {
  readonly index: string;
  /** With its arguments, and the schema that it is in. */
  readonly function: string;
  readonly schema: string;
}

export async function indexesLeft(
  session: Session,
  { target }: Pick<TablePlan, 'target'>,
): Promise<readonly LeftIndex[]> {
  return (await session.query<LeftIndex & object>(leftSql, [quoteTable(target)])).rows;
}

/**
 * Indexes that can be dropped and built again as they were, with their constraint (k) and tablespace (s).
 *
 * An index stays where it could not come back as it was: exclusion and temporal constraints, which
 * know no USING INDEX; pieces of a partitioned index; members of an extension; a tablespace
 * without rights; functions that look names up; and where something stands on it: a foreign key, a
 * view grouped by the key, a rule. Invalid indexes are someone's work in progress. `keys`: key columns
 * of an upsert; `keepsKeys`: whether primary key and replica identity stay.
 */
export const comesBack = (oid: string, keys: string, keepsKeys: string) => `
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_catalog.pg_constraint k
  ON k.conindid = c.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
CROSS JOIN LATERAL (
  SELECT array_agg(a.attname::text) AS names
  FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (attnum, position)
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
  WHERE u.position <= i.indnkeyatts
) key
WHERE i.indrelid = ${oid} AND c.relkind = 'i' AND NOT c.relispartition
  AND i.indisvalid AND i.indisready AND i.indislive
  AND (k.oid IS NULL OR (k.contype <> 'x' AND k.conparentid = 0
                         AND coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) = false))
  AND NOT EXISTS (${lookingUp('c.oid')})
  AND (s.oid IS NULL OR has_tablespace_privilege(s.oid, 'CREATE'))
  AND NOT (cardinality(${keys}::text[]) > 0 AND i.indisunique
           AND key.names <@ ${keys}::text[] AND ${keys}::text[] <@ key.names)
  AND NOT (${keepsKeys}::boolean AND (i.indisprimary OR i.indisreplident))
  AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_depend d
    WHERE (d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid
           OR d.refclassid = 'pg_catalog.pg_constraint'::regclass AND d.refobjid = k.oid)
      AND d.deptype <> 'i'
      OR d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
         AND d.deptype IN ('e', 'x', 'P', 'S'))
  AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attoptions IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')`;

/**
 * $1 run, $2 table key, $3 schema, $4 table, $5 its oid, $6 key columns of an upsert, $7 whether
 * primary key and replica identity stay.
 */
const recordIndexesSql = `
INSERT INTO snowmelt.index_ledger
  (run_id, table_key, target_schema, target_table, kind, name, definition, constraint_definition,
   deferral, tablespace, index_comment, constraint_comment, clustered, replica_identity,
   statistics, key_expressions, predicate, nulls_equal)
SELECT $1, $2, $3, $4,
       CASE k.contype WHEN 'p' THEN 'primary_key' WHEN 'u' THEN 'unique' ELSE 'index' END,
       c.relname, pg_get_indexdef(c.oid), pg_get_constraintdef(k.oid),
       CASE WHEN k.condeferred THEN 'DEFERRABLE INITIALLY DEFERRED'
            WHEN k.condeferrable THEN 'DEFERRABLE' ELSE '' END,
       s.spcname, obj_description(c.oid, 'pg_class'), obj_description(k.oid, 'pg_constraint'),
       i.indisclustered, i.indisreplident,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('column', a.attnum, 'target', a.attstattarget)
                                  ORDER BY a.attnum), '[]')
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attstattarget >= 0 AND i.indkey[a.attnum - 1] = 0),
       ARRAY(SELECT pg_get_indexdef(c.oid, n, false) FROM generate_series(1, i.indnkeyatts) n
             ORDER BY n),
       pg_get_expr(i.indpred, i.indrelid),
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
${comesBack('$5', '$6', '$7')}
  AND ${notOwed('$3, $4', 'c.relname', false)}
RETURNING id, kind, name`;

export async function recordIndexes(
  session: Session,
  table: TablePlan,
  oid: string,
): Promise<readonly RecordedPiece[]> {
  const { run, key, target, mode, keyColumns } = table;
  const keepsKeys = modeTraits[mode].merges;
  const upsertKey = keepsKeys ? keyColumns : [];
  const values = [run, key, target.schema, target.name, oid, upsertKey, keepsKeys];
  return (await session.query<RecordedPiece & object>(recordIndexesSql, values)).rows;
}

const recordForeignKeySql = `
INSERT INTO snowmelt.index_ledger
  (run_id, table_key, target_schema, target_table, kind, name, definition, constraint_comment,
   referenced_schema, referenced_table, validated)
SELECT $1, $2, $3, $4, 'foreign_key', k.conname, pg_get_constraintdef(k.oid),
       obj_description(k.oid, 'pg_constraint'), n.nspname, r.relname, k.convalidated
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
WHERE k.oid = $5
RETURNING id, kind, name`;

export async function recordForeignKey(
  session: Session,
  { run, key, target }: TablePlan,
  oid: string,
): Promise<RecordedPiece | undefined> {
  const values = [run, key, target.schema, target.name, oid];
  return (await session.query<RecordedPiece & object>(recordForeignKeySql, values)).rows[0];
}

export interface ForeignKey {
  readonly oid: string;
  readonly name: string;
}

/**
 * A foreign key (k) stays where it is a partition's share of another one, where somebody has changed its
 * triggers, or where the role could not add it again.
 */
export const foreignKeyComesBack = `
  k.conparentid = 0 AND has_table_privilege(k.confrelid, 'REFERENCES')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger t
                  WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint c WHERE c.conparentid = k.oid)`;

/** $1 schema, $2 table, $3 its oid. */
const foreignKeysSql = `
SELECT k.oid, k.conname::text AS name
FROM pg_catalog.pg_constraint k
WHERE k.conrelid = $3 AND k.contype = 'f' AND ${foreignKeyComesBack}
  AND ${notOwed('$1, $2', 'k.conname', true)}
ORDER BY k.oid`;

export async function foreignKeysOf(
  session: Session,
  { target }: TablePlan,
  oid: string,
): Promise<readonly ForeignKey[]> {
  const values = [target.schema, target.name, oid];
  return (await session.query<ForeignKey & object>(foreignKeysSql, values)).rows;
}
