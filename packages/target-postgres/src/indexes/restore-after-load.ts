import type { PublishReceipt, TablePlan, TableRef, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { type Session, tableOptions, transaction } from '../connect/transaction.ts';
import { restoreIndexes } from './restore-indexes.ts';

/**
 * Gives the table back what the ledger owes it, also where this run itself has dropped nothing.
 * Where two source tables go into one target, whoever publishes last does it.
 */
export async function restoreAfterLoad(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<Omit<PublishReceipt, 'rows'>> {
  const options = tableOptions(table, context);
  if (await transaction(databases, options, (session) => loadedStill(session, table))) return {};
  const work = { databases, options, context };
  const { findings } = await restoreIndexes(work, table.target, table.run);
  const back = await transaction(databases, options, (session) => indexesBack(session, table));
  return {
    ...(findings.length === 0 ? {} : { findings }),
    ...(back.length === 0 ? {} : { indexesBack: back }),
  };
}

const loadedStillSql = `
SELECT 1 FROM snowmelt.table_ledger
WHERE run_id = $1 AND table_key <> $2 AND target_schema = $3 AND target_table = $4
  AND published_at IS NULL AND superseded_by IS NULL`;

async function loadedStill(session: Session, { run, key, target }: TablePlan): Promise<boolean> {
  const values = [run, key, target.schema, target.name];
  return (await session.query(loadedStillSql, values)).rowCount !== 0;
}

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
async function indexesBack(
  session: Session,
  { run, target }: TablePlan,
): Promise<readonly TableRef[]> {
  const values = [run, target.schema, target.name];
  const { rows } = await session.query<{ schema: string; name: string }>(backSql, values);
  return rows.map(({ schema, name }) => ({ database: target.database, schema, name }));
}
