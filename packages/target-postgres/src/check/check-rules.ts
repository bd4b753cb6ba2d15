import type { Finding, TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { missingStatements } from '../missing/missing-rights.ts';
import { modes } from '../modes/modes.ts';
import type { Statement } from '../modes/shared/mode.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { unsuitable } from '../describe/findings.ts';

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
export async function checkRules(session: Session, table: TablePlan): Promise<readonly Finding[]> {
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
  return new Set([...statements, ...missingStatements(table)]);
}
