import type { Finding, TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { caution } from '../describe/findings.ts';

interface LookAlike {
  readonly schema: string;
  readonly name: string;
}

const alikeSql = `
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE lower(n.nspname) = lower($1) AND lower(c.relname) = lower($2)
  AND (n.nspname, c.relname) <> ($1, $2) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY n.nspname <> $1, c.relname <> $2, 1, 2`;

const schemasSql = `
SELECT n.nspname::text AS schema FROM pg_catalog.pg_namespace n
WHERE lower(n.nspname) = lower($1)
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)
ORDER BY 1`;

/**
 * Of a table that the run would create: one that is there, of a name that differs in case alone. The
 * configuration gives names as PostgreSQL stores them; without quotes SQL has small letters.
 */
export async function lookAlikes(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const { schema, name } = table.target;
  const { rows } = await session.query<LookAlike & object>(alikeSql, [schema, name]);
  if (rows.length === 0) return schemasAlike(session, schema);
  return rows.map((there) =>
    caution({
      message: `there is no table ${quoteTable(table.target)}, and ${quoteTable(there)} differs from it in capitals alone: the run would create a second table beside it`,
      fix: `If ${quoteTable(there)} is meant, set ${meant(table, there)}.`,
    }),
  );
}

async function schemasAlike(session: Session, schema: string): Promise<readonly Finding[]> {
  const { rows } = await session.query<{ schema: string }>(schemasSql, [schema]);
  return rows.map((there) =>
    caution({
      message: `there is no schema ${quoteIdentifier(schema)}, and ${quoteIdentifier(there.schema)} differs from it in capitals alone: the run would create a second schema beside it`,
      fix: `If ${quoteIdentifier(there.schema)} is meant, set target_pg_schema: ${JSON.stringify(there.schema)}.`,
    }),
  );
}

function meant({ target }: TablePlan, { schema, name }: LookAlike): string {
  return [
    ...(schema === target.schema ? [] : [`target_pg_schema: ${JSON.stringify(schema)}`]),
    ...(name === target.name ? [] : [`target: ${JSON.stringify(name)}`]),
  ].join(' and ');
}
