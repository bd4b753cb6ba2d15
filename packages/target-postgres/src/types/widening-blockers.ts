import type { TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';

/** What ALTER COLUMN … TYPE would stumble over, and what it takes along. */
export interface ColumnUse {
  readonly column: string;
  /** Each in words, as PostgreSQL describes the object. */
  readonly blockers: readonly string[];
  readonly identity: boolean;
  readonly foreignKeys: readonly string[];
  /** Those of them by which the column refers to another one. */
  readonly references: readonly string[];
  readonly indexes: readonly string[];
  /** The role may alter the table. */
  readonly owned: boolean;
}

/**
 * The table with all that inherit from it, since ALTER reaches them. Indexes, constraints,
 * statistics and the column's own default are made anew by PostgreSQL itself; everything else that
 * depends on the column stops it
 * (https://www.postgresql.org/docs/current/sql-altertable.html; ATPrepAlterColumnType and
 * RememberAllDependentForRebuilding in src/backend/commands/tablecmds.c).
 */
const usesSql = `
WITH RECURSIVE family AS (
  SELECT $1::regclass::oid AS oid
  UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON f.oid = i.inhparent
)
SELECT a.attname::text AS column, a.attidentity <> '' AS identity,
       pg_has_role(c.relowner, 'USAGE') AS owned,
       ARRAY(
         SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
         FROM family f
         JOIN pg_catalog.pg_attribute m ON m.attrelid = f.oid AND m.attname = a.attname
         JOIN pg_catalog.pg_depend d
           ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = f.oid
          AND d.refobjsubid = m.attnum
         LEFT JOIN pg_catalog.pg_attrdef e
           ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND e.oid = d.objid
         WHERE d.classid NOT IN ('pg_catalog.pg_class'::regclass,
                                 'pg_catalog.pg_constraint'::regclass,
                                 'pg_catalog.pg_statistic_ext'::regclass)
           AND NOT (e.oid IS NOT NULL AND e.adrelid = f.oid AND e.adnum = m.attnum)
         UNION ALL
         SELECT 'the partition key of ' || p.partrelid::regclass::text
         FROM family f
         JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = f.oid
         JOIN pg_catalog.pg_attribute m ON m.attrelid = f.oid AND m.attname = a.attname
         WHERE m.attnum = ANY(p.partattrs::int2[])
            OR EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
                       WHERE d.classid = 'pg_catalog.pg_class'::regclass
                         AND d.refclassid = d.classid AND d.objid = f.oid AND d.objsubid = m.attnum
                         AND d.refobjid = f.oid AND d.refobjsubid = 0 AND d.deptype = 'i')
         UNION ALL
         SELECT 'the table that it is inherited from' WHERE a.attinhcount > 0
         UNION ALL
         SELECT 'the type that the table is made of' WHERE c.reloftype <> 0
         UNION ALL
         SELECT DISTINCT 'column ' || u.attname || ' of ' || u.attrelid::regclass::text
         FROM family f
         JOIN pg_catalog.pg_class fc ON fc.oid = f.oid
         JOIN pg_catalog.pg_type t ON t.oid = fc.reltype
         JOIN pg_catalog.pg_attribute u ON u.atttypid IN (t.oid, t.typarray)
         WHERE u.atttypid <> 0 AND NOT u.attisdropped
       ) AS blockers,
       ARRAY(
         SELECT k.conname || ' of ' || k.conrelid::regclass::text
         FROM pg_catalog.pg_constraint k
         WHERE k.contype = 'f'
           AND (k.conrelid = c.oid AND a.attnum = ANY(k.conkey)
                OR k.confrelid = c.oid AND a.attnum = ANY(k.confkey))
         ORDER BY 1
       ) AS "foreignKeys",
       ARRAY(
         SELECT k.conname || ' of ' || k.conrelid::regclass::text
         FROM pg_catalog.pg_constraint k
         WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY(k.conkey)
         ORDER BY 1
       ) AS "references",
       ARRAY(
         SELECT i.indexrelid::regclass::text
         FROM pg_catalog.pg_index i
         WHERE i.indrelid = c.oid AND a.attnum = ANY(i.indkey::int2[])
         ORDER BY 1
       ) AS indexes
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE c.oid = $1::regclass AND a.attname = ANY($2::name[]) AND NOT a.attisdropped`;

export async function columnUses(
  session: Session,
  table: TableRef,
  columns: readonly string[],
): Promise<ReadonlyMap<string, ColumnUse>> {
  if (columns.length === 0) return new Map();
  const { rows } = await session.query<ColumnUse & object>(usesSql, [quoteTable(table), columns]);
  return new Map(rows.map((row) => [row.column, row]));
}
