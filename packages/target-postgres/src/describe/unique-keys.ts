import type { TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

/** A unique index over plain columns, of all rows of a table. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly string[];
  /** Checked at once, not at COMMIT: PostgreSQL takes no other for ON CONFLICT. */
  readonly immediate: boolean;
  /** No column may hold NULL, or NULLs are not distinct (PostgreSQL 15). */
  readonly findsNulls: boolean;
  /** A column may hold NULL. */
  readonly nullable: boolean;
}

/** `to_jsonb`, since PostgreSQL 14 has no column `indnullsnotdistinct`. INCLUDEd columns are no key. */
const sql = `
SELECT ic.relname::text AS name, i.indimmediate AS immediate,
       k.columns, k.not_null OR coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
         AS "findsNulls",
       NOT k.not_null AS nullable
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
CROSS JOIN LATERAL (
  SELECT array_agg(a.attname::text ORDER BY p.position) AS columns,
         bool_and(a.attnotnull) AS not_null
  FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS p (attnum, position)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.attnum
  WHERE p.position <= i.indnkeyatts
) k
WHERE n.nspname = $1 AND c.relname = $2
  AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY i.indisprimary DESC, ic.relname`;

export async function uniqueKeys(session: Session, ref: TableRef): Promise<readonly UniqueKey[]> {
  return (await session.query<UniqueKey & object>(sql, [ref.schema, ref.name])).rows;
}
