import type { ColumnSchema, TableRef, TableSchema } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { logicalType } from '../types/logical-type.ts';

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
  /** Of a domain, the type below it. */
  readonly base_type: string;
  readonly not_null: boolean;
  readonly has_default: boolean;
  readonly generated: boolean;
}

/** An identity column fills itself where it isn't written, and COPY may always write it. */
const columnsSql = `
SELECT a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS native_type,
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod)
            ELSE format_type(a.atttypid, a.atttypmod) END AS base_type,
       a.attnotnull OR t.typnotnull AS not_null,
       (a.atthasdef AND a.attgenerated = '') OR a.attidentity <> '' OR t.typdefault IS NOT NULL
         AS has_default,
       a.attgenerated <> '' AS generated
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
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
    type: logicalType(row.base_type),
    nativeType: row.native_type,
    nullable: !row.not_null,
    hasDefault: row.has_default,
    generated: row.generated,
  };
}
