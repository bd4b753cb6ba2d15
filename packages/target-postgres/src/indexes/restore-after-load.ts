import type { PublishReceipt, TablePlan, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { tableOptions, transaction, type Session } from '../connect/transaction.ts';
import { restoreIndexes } from './restore-indexes.ts';
import { indexesBack } from './tell-indexes.ts';

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
