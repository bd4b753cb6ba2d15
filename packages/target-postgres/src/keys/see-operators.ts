import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

/**
 * A type without a visible `=` is compared as what it can be cast to: citext in a schema of its own
 * as text, where upper and lower case differ, other than in its unique index
 * (https://www.postgresql.org/docs/current/typeconv-oper.html). Behind all other schemas, so that no
 * name which triggers know means something else.
 */
const seeSql = `
SELECT pg_catalog.set_config('search_path',
         concat_ws(', ', nullif(current_setting('search_path'), ''), hidden.schemas), true)
FROM (
  SELECT string_agg(DISTINCT pg_catalog.quote_ident(tn.nspname), ', ') AS schemas
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  CROSS JOIN LATERAL (
    WITH RECURSIVE below AS (
      SELECT a.atttypid AS oid
      UNION
      SELECT d.typbasetype FROM below b JOIN pg_catalog.pg_type d ON d.oid = b.oid
      WHERE d.typtype = 'd'
    )
    SELECT oid FROM below
  ) base
  JOIN pg_catalog.pg_type t ON t.oid = base.oid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
  WHERE n.nspname = $1 AND c.relname = $2
    AND NOT tn.nspname = ANY (pg_catalog.current_schemas(true))
) hidden
WHERE hidden.schemas IS NOT NULL`;

/** To the end of the transaction, the operators of the types of the table's columns are found. */
export async function seeOperators(session: Session, { target }: TablePlan): Promise<void> {
  await session.query(seeSql, [target.schema, target.name]);
}
