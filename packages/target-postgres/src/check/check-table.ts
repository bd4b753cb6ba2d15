import {
  deleteMissingOf,
  type Finding,
  type TablePlan,
  type TableSchema,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { type Session, transaction } from '../connect/transaction.ts';
import { caution, unsuitable } from '../describe/findings.ts';
import { checkMarkName } from '../missing/check-mark.ts';
import { checkMissing } from '../missing/check-missing.ts';
import { missingStatements } from '../missing/missing-rights.ts';
import { checkModes, modes } from '../modes/modes.ts';
import type { Statement } from '../modes/shared/mode.ts';
import { missingColumns } from '../prepare/create-table.ts';
import { pendingWidenings } from '../prepare/pending-widenings.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { checkColumns } from './check-columns.ts';
import { checkCreation } from './check-creation.ts';
import { checkNames } from './check-names.ts';
import { checkRelation } from './check-relation.ts';
import { checkPlace, checkRights } from './check-rights.ts';

export interface CheckRequest {
  readonly table: TablePlan;
  readonly existing: TableSchema | undefined;
  readonly context: WorkContext;
}

/** Everything that can be known to stand in the way before a row moves. Changes nothing. */
export async function checkTable(
  databases: Databases,
  { table, existing, context }: CheckRequest,
): Promise<readonly Finding[]> {
  const { database } = table.target;
  const { signal } = context;
  const place = { run: table.run, table: table.key };
  const options = { database, signal, place, purpose: 'plain' } as const;
  const asked = await transaction(databases, options, async (session) => {
    const creation = await checkCreation(session, table, existing === undefined);
    if (existing === undefined) {
      const alike = await lookAlikes(session, table);
      return [...creation, ...alike, ...(await checkModes(session, table, 'checksOfNew'))];
    }
    const place = await checkPlace(session, table);
    const altered = alters(table, existing);
    if (place.length > 0) {
      const how = { alters: altered, usable: false };
      return [...creation, ...place, ...(await checkRights(session, table, how))];
    }
    const relation = await checkRelation(session, table, altered);
    const rules = await checkRules(session, table);
    return [...creation, ...relation, ...rules, ...(await checkMissing(session, table, existing))];
  });
  const columns = [...checkColumns(table, existing), ...checkMarkName(table)];
  return [...checkNames(table), ...columns, ...asked];
}

function alters(table: TablePlan, existing: TableSchema): boolean {
  return missingColumns(table, existing).length + pendingWidenings(table, existing).length > 0;
}

interface Rule {
  readonly name: string;
  readonly statement: Statement;
}

/** `ev_type`: https://www.postgresql.org/docs/current/catalog-pg-rewrite.html. */
const rulesSql = `
SELECT r.rulename::text AS name,
       CASE r.ev_type WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' ELSE 'DELETE' END AS statement
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND r.ev_type IN ('2', '3', '4')
  AND r.ev_enabled IN ('O', 'A')
ORDER BY 1`;

/**
 * Rules make other statements of those that write, and what they count is no sign of what was done.
 * COPY knows no rules; ON CONFLICT refuses to be rewritten
 * (https://www.postgresql.org/docs/current/sql-createrule.html).
 */
async function checkRules(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const { schema, name } = table.target;
  const { rows } = await session.query<Rule & object>(rulesSql, [schema, name]);
  const used = statementsOf(table);
  return rows
    .filter(({ statement }) => used.has(statement))
    .map((rule) =>
      unsuitable({
        message: `the rule ${rule.name} of ${schema}.${name} rewrites ${rule.statement}, by which this load writes`,
        fix: `ALTER TABLE ${quoteTable(table.target)} DISABLE RULE ${quoteIdentifier(rule.name)}; or load a table without rules.`,
      }),
    );
}

/** What writes into the target besides COPY. */
function statementsOf(table: TablePlan): ReadonlySet<Statement> {
  const { statements = [] } = modes[table.mode];
  return new Set([...statements, ...missingStatements(deleteMissingOf(table))]);
}

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
async function lookAlikes(session: Session, table: TablePlan): Promise<readonly Finding[]> {
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
