import type {
  RejectFilter,
  RejectGroup,
  RejectQuery,
  RejectState,
  WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { ledgerExists } from '../ledger/ensure-ledger.ts';

/** Of `snowmelt.rejects`, with the values of `filterValues`. */
export const filterSql = `
  ($1::text IS NULL OR run_id = $1)
  AND ($2::text IS NULL OR $2 IN (target_table, target_schema || '.' || target_table))`;

export function filterValues({ run, table }: RejectFilter): readonly (string | null)[] {
  return [run ?? null, table ?? null];
}

interface GroupRow {
  readonly run_id: string;
  readonly table_key: string;
  readonly target_schema: string;
  readonly target_table: string;
  readonly state: RejectState;
  readonly sqlstate: string;
  readonly column_name: string | null;
  readonly reason: string;
  readonly rows: number;
}

/** What of a message differs from row to row comes after a colon, or is the value out of range. */
const groupsSql = `
SELECT run_id, table_key, target_schema, target_table, state, sqlstate, column_name, reason,
       count(*)::integer AS rows
FROM snowmelt.rejects,
     LATERAL (SELECT regexp_replace(split_part(message, ': ', 1), '^value ".*" is', 'value is')
              AS reason) stem
WHERE ${filterSql} AND ($3 OR state = 'open')
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ORDER BY min(id)`;

export async function listRejects(
  databases: Databases,
  database: string,
  query: RejectQuery,
  { signal }: WorkContext,
): Promise<readonly RejectGroup[]> {
  const options = { database, signal, purpose: 'plain' } as const;
  return transaction(databases, options, async (session) => {
    if (!(await ledgerExists(session))) return [];
    const values = [...filterValues(query), query.all];
    const { rows } = await session.query<GroupRow & object>(groupsSql, values);
    return rows.map((row) => ({
      run: row.run_id,
      table: row.table_key,
      target: { database, schema: row.target_schema, name: row.target_table },
      state: row.state,
      code: row.sqlstate,
      ...(row.column_name === null ? {} : { column: row.column_name }),
      reason: row.reason,
      rows: row.rows,
    }));
  });
}
