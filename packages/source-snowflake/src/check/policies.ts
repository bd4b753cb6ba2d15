import type { SourcePolicy, TableSchema, WorkContext } from '@snowmelt/core';
import { z } from 'zod';

import type { Sessions } from '../connect/session-pool.ts';
import { queryRows, type NamedRows } from '../result/query-rows.ts';
import { readAnswer } from '../result/read-answer.ts';
import { quoteIdentifier, quoteTable, quoteText } from '../sql/quote.ts';

/** https://docs.snowflake.com/en/sql-reference/functions/policy_references, "Output". */
const references = z.array(
  z.object({
    at: z.coerce.number().int(),
    policy_db: z.string().nullish(),
    policy_schema: z.string().nullish(),
    policy_name: z.string(),
    policy_kind: z.string(),
    ref_column_name: z.string().nullish(),
  }),
);

export type Guarded = Pick<TableSchema, 'ref' | 'kind'>;

/** Tables that one statement asks for. */
const atOnce = 100;

/**
 * Policies on tables or views, in their order. A role sees those that it owns or may apply, and no error
 * for the others (the same page, "Usage notes"): an empty answer does not say that there are none.
 */
export async function policies(
  pool: Sessions,
  tables: readonly Guarded[],
  context: WorkContext,
): Promise<readonly (readonly SourcePolicy[])[]> {
  const found: (readonly SourcePolicy[])[] = [];
  for (let from = 0; from < tables.length; from += atOnce) {
    const some = tables.slice(from, from + atOnce);
    found.push(...readPolicies(await queryRows(pool, policiesQuery(some), context), some.length));
  }
  return found;
}

export function readPolicies(rows: NamedRows, tables: number): (readonly SourcePolicy[])[] {
  const found = readAnswer(references, rows, { about: 'policies on tables' });
  return Array.from({ length: tables }, (_, table) =>
    found.filter(({ at }) => at === table).map(policyOf),
  );
}

function policyOf(one: z.infer<typeof references>[number]): SourcePolicy {
  return {
    kind: one.policy_kind
      .replace(/_?POLICY$/iu, '')
      .replaceAll('_', ' ')
      .trim()
      .toLowerCase(),
    name: [one.policy_db, one.policy_schema, one.policy_name].filter(Boolean).join('.'),
    ...(one.ref_column_name ? { column: one.ref_column_name } : {}),
  };
}

export function policiesQuery(tables: readonly Guarded[]): string {
  return tables.map(referencesOf).join('\nUNION ALL\n');
}

/** An external table is a TABLE, a materialized view a VIEW (the same page, "Arguments"). */
function referencesOf({ ref, kind }: Guarded, at: number): string {
  const names = ['policy_db', 'policy_schema', 'policy_name', 'policy_kind', 'ref_column_name'];
  return `SELECT ${at} AS "at", ${names.map((name) => `${name.toUpperCase()} AS "${name}"`).join(', ')}
FROM TABLE(${quoteIdentifier(ref.database)}.INFORMATION_SCHEMA.POLICY_REFERENCES(
  REF_ENTITY_NAME => ${quoteText(quoteTable(ref))},
  REF_ENTITY_DOMAIN => '${kind === 'view' ? 'VIEW' : 'TABLE'}'))`;
}
