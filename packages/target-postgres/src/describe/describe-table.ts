import type { ColumnSchema, TableRef, TableSchema } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { readType } from '../sql/postgres-type.ts';

interface RelationRow {
  readonly oid: string;
  readonly relkind: string;
  /** -1 where nothing was counted yet. */
  readonly reltuples: number;
  readonly primary_key: readonly string[];
}

const relationSql = `
SELECT c.oid, c.relkind::text AS relkind, c.reltuples,
       ARRAY(
         SELECT a.attname::text
         FROM pg_catalog.pg_index i
         CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary AND k.position <= i.indnkeyatts
         ORDER BY k.position
       ) AS primary_key
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

interface ColumnRow {
  readonly name: string;
  readonly native_type: string;
  /** Of a domain, the type at its bottom; else the same as `native_type`. */
  readonly base_type: string;
  readonly is_domain: boolean;
  /** A domain on the way has a CHECK. */
  readonly checked: boolean;
  readonly not_null: boolean;
  readonly has_default: boolean;
  readonly generated: boolean;
}

/** An identity column fills itself where it isn't written, and COPY may always write it. */
const columnsSql = `
SELECT a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS native_type,
       format_type(base.oid, base.typmod) AS base_type,
       t.typtype = 'd' AS is_domain, base.checked,
       a.attnotnull OR t.typnotnull AS not_null,
       (a.atthasdef AND a.attgenerated = '') OR a.attidentity <> '' OR t.typdefault IS NOT NULL
         AS has_default,
       a.attgenerated <> '' AS generated
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
CROSS JOIN LATERAL (
  WITH RECURSIVE below AS (
    SELECT a.atttypid AS oid, a.atttypmod AS typmod, false AS checked, 0 AS depth
    UNION ALL
    SELECT d.typbasetype, d.typtypmod,
           b.checked OR EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k
                                WHERE k.contypid = d.oid AND k.contype = 'c'),
           depth + 1
    FROM below b JOIN pg_catalog.pg_type d ON d.oid = b.oid
    WHERE d.typtype = 'd'
  )
  SELECT oid, typmod, checked FROM below ORDER BY depth DESC LIMIT 1
) base
WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum`;

const kinds: Readonly<Record<string, TableSchema['kind']>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'view',
  f: 'external',
};

/** What the catalog says of a table; `undefined` where there is none of that name. */
export async function describeTable(
  session: Session,
  ref: TableRef,
): Promise<TableSchema | undefined> {
  const [relation] = (await session.query<RelationRow>(relationSql, [ref.schema, ref.name])).rows;
  if (relation === undefined) return undefined;
  const columns = await session.query<ColumnRow>(columnsSql, [relation.oid]);
  return {
    ref,
    kind: kinds[relation.relkind] ?? 'other',
    columns: columns.rows.map(columnOf),
    primaryKey: relation.primary_key,
    ...(relation.reltuples < 0 ? {} : { estimatedRows: Math.round(relation.reltuples) }),
  };
}

function columnOf(row: ColumnRow): ColumnSchema {
  return {
    name: row.name,
    type: readType(row.base_type).logical,
    nativeType: row.native_type,
    ...(row.is_domain ? { domain: { base: row.base_type, checked: row.checked } } : {}),
    nullable: !row.not_null,
    hasDefault: row.has_default,
    generated: row.generated,
  };
}
