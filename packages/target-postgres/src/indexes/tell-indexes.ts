import type { TablePlan, TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

const disabledSql = `
SELECT 1 FROM snowmelt.index_ledger
WHERE run_id = $1 AND target_schema = $2 AND target_table = $3
LIMIT 1`;

/** Whether the run has dropped something of the table, or is to bring back what another one did. */
export async function indexesDisabled(
  session: Session,
  { run, target }: TablePlan,
): Promise<boolean> {
  const { rowCount } = await session.query(disabledSql, [run, target.schema, target.name]);
  return rowCount !== 0;
}

const backSql = `
SELECT DISTINCT target_schema AS schema, target_table AS name
FROM snowmelt.index_ledger p
WHERE run_id = $1
  AND ((target_schema, target_table) = ($2, $3) OR (referenced_schema, referenced_table) = ($2, $3))
  AND NOT EXISTS (
    SELECT 1 FROM snowmelt.index_ledger o
    WHERE o.target_schema = p.target_schema AND o.target_table = p.target_table
      AND o.state <> 'rebuilt')
ORDER BY 1, 2`;

/** This table, and those whose foreign keys have waited for it, where they lack nothing any more. */
export async function indexesBack(
  session: Session,
  { run, target }: TablePlan,
): Promise<readonly TableRef[]> {
  const values = [run, target.schema, target.name];
  const { rows } = await session.query<{ schema: string; name: string }>(backSql, values);
  return rows.map(({ schema, name }) => ({ database: target.database, schema, name }));
}
