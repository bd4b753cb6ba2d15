import type { Finding, TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { dropsIndexes } from '../indexes/drop-indexes.ts';
import { checkModes } from '../modes/modes.ts';
import { checkRights } from './check-rights.ts';
import { caution, unsuitable } from '../describe/findings.ts';
import { indexesLeft } from '../indexes/record-pieces.ts';
import { quoteIdentifier } from '../sql/quote-identifier.ts';

interface RelationFacts {
  readonly relkind: string;
  readonly row_security: boolean;
  readonly triggers: readonly string[];
  readonly role: string;
}

const factsSql = `
SELECT c.relkind::text AS relkind,
       row_security_active(c.oid) AS row_security,
       current_user::text AS role,
       ARRAY(SELECT t.tgname::text FROM pg_catalog.pg_trigger t
             WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
             ORDER BY t.tgname) AS triggers
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`;

const otherKinds: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
};

/** What stands in the way in an existing table: its kind, rights, triggers, and what its mode needs. */
export async function checkRelation(
  session: Session,
  table: TablePlan,
  alters: boolean,
): Promise<readonly Finding[]> {
  const { schema, name } = table.target;
  const [facts] = (await session.query<RelationFacts>(factsSql, [schema, name])).rows;
  if (facts === undefined) return [];
  const label = `${schema}.${name}`;
  const kind = otherKinds[facts.relkind];
  if (kind !== undefined) {
    const message = `${label} is ${kind}; rows can only be COPYed into a table`;
    return [unsuitable({ message, fix: 'Name the table behind it, or another target.' })];
  }
  return [
    ...(await checkRights(session, table, { alters, usable: true })),
    ...behaviours(label, facts),
    ...(dropsIndexes(table) ? await staying(session, table, facts) : []),
    ...(await checkModes(session, table, 'checks')),
  ];
}

/** Of a partitioned table they all stay. */
async function staying(
  session: Session,
  table: TablePlan,
  { relkind }: RelationFacts,
): Promise<readonly Finding[]> {
  const label = `${table.target.schema}.${table.target.name}`;
  if (relkind === 'p') {
    const message = `${label} is partitioned: disable_index leaves its indexes as they are`;
    const fix = 'Load its partitions each as a table, or set disable_index: false.';
    return [caution({ message, fix })];
  }
  return (await indexesLeft(session, table)).map(({ index, function: name, schema }) =>
    caution({
      message: `disable_index leaves the index ${index} of ${label} as it is: ${name} may look names up in the search_path, which the server has not while it builds an index`,
      fix: `ALTER FUNCTION ${name} SET search_path = pg_catalog, ${quoteIdentifier(schema)}; (with the schemas that it needs), if the index is to be made anew after the load.`,
    }),
  );
}

function behaviours(label: string, facts: RelationFacts): readonly Finding[] {
  const secured = unsuitable({
    message: `row-level security of ${label} applies to role ${facts.role}; COPY refuses it`,
    fix: 'Load as the owner, or as a role with BYPASSRLS.',
  });
  const triggered = caution({
    message: `triggers of ${label} fire for every row: ${facts.triggers.join(', ')}`,
    fix: 'See that none of them changes or drops rows: a row that is dropped stops the chunk.',
  });
  return [
    ...(facts.row_security ? [secured] : []),
    ...(facts.triggers.length > 0 ? [triggered] : []),
  ];
}
