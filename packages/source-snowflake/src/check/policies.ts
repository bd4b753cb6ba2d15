import type { SourcePolicy, TableSchema, WorkContext } from '@snowmelt/core';
import { z } from 'zod';

import type { Sessions } from '../connect/session-pool.ts';
import { queryRows, type NamedRows } from '../result/query-rows.ts';
import { readAnswer } from '../result/read-answer.ts';
import { quoteIdentifier, quoteTable, quoteText } from '../sql/quote.ts';

/** https://docs.snowflake.com/en/sql-reference/functions/policy_references, "Output". */
const references = z.array(
  z.object({
    policy_db: z.string().nullish(),
    policy_schema: z.string().nullish(),
    policy_name: z.string(),
    policy_kind: z.string(),
    ref_column_name: z.string().nullish(),
  }),
);

/**
 * Policies on a table or view. A role sees those that it owns or may apply, and no error for the others
 * (the same page, "Usage notes"): an empty answer does not say that there are none.
 */
export async function policies(
  pool: Sessions,
  schema: TableSchema,
  context: WorkContext,
): Promise<readonly SourcePolicy[]> {
  return readPolicies(await queryRows(pool, policiesQuery(schema), context), schema.ref.name);
}

export function readPolicies(rows: NamedRows, table: string): readonly SourcePolicy[] {
  const found = readAnswer(references, rows, { about: `policies on ${table}` });
  return found.map((one) => ({
    kind: one.policy_kind
      .replace(/_?POLICY$/iu, '')
      .replaceAll('_', ' ')
      .trim()
      .toLowerCase(),
    name: [one.policy_db, one.policy_schema, one.policy_name].filter(Boolean).join('.'),
    ...(one.ref_column_name ? { column: one.ref_column_name } : {}),
  }));
}

/** An external table is a TABLE, a materialized view a VIEW (the same page, "Arguments"). */
export function policiesQuery({ ref, kind }: Pick<TableSchema, 'ref' | 'kind'>): string {
  const names = ['policy_db', 'policy_schema', 'policy_name', 'policy_kind', 'ref_column_name'];
  return `SELECT ${names.map((name) => `${name.toUpperCase()} AS "${name}"`).join(', ')}
FROM TABLE(${quoteIdentifier(ref.database)}.INFORMATION_SCHEMA.POLICY_REFERENCES(
  REF_ENTITY_NAME => ${quoteText(quoteTable(ref))},
  REF_ENTITY_DOMAIN => '${kind === 'view' ? 'VIEW' : 'TABLE'}'))`;
}
