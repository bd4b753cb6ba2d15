import {
  SnowmeltError,
  type PrepareReceipt,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction, type Session } from '../connect/transaction.ts';
import { describeTable } from '../describe/describe-table.ts';
import { dropIndexes, dropsIndexes } from '../indexes/drop-indexes.ts';
import { indexesDisabled } from '../indexes/tell-indexes.ts';
import { readReceipts } from '../load/chunk-ledger.ts';
import { quoteTable } from '../quote-identifier.ts';
import { dropEarlierShadows } from '../swap/drop-earlier-shadows.ts';
import { prepareSwap } from '../swap/prepare-swap.ts';
import { addColumnsSql, createSchema, createTableSql, missingColumns } from './create-table.ts';
import { ensureLedger, lockDdl } from './ensure-ledger.ts';
import { lockTargets } from './lock-target.ts';
import { overtake, refuseOlder } from './overtake.ts';
import { planFingerprint } from './plan-fingerprint.ts';
import { readTableLedger, refuseSuperseded, unplanned, writeTableLedger } from './table-ledger.ts';
import { truncateOnce } from './truncate-once.ts';

/**
 * Ledger, schema, table, columns, and the emptying of the table; each only where it is missing.
 * The table's part is one transaction under a lock of the target's name: several processes may
 * prepare the same table at once, and a kill leaves all of it or nothing.
 */
export async function prepareTable(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<PrepareReceipt> {
  const options = {
    database: table.target.database,
    signal: context.signal,
    place: { run: table.run, table: table.key },
    purpose: 'plain',
  } as const;
  await ensureLedger(databases, options);
  await transaction(databases, options, async (session) => {
    await lockDdl(session);
    await createSchema(session, table.target.schema);
  });
  await transaction(databases, options, async (session) => {
    await lockTargets(session, table);
    await createOrExtend(session, table, context);
    await enterLedger(session, table, context);
  });
  if (!dropsIndexes(table)) return { indexesDisabled: false };
  await dropIndexes(databases, table, context);
  return transaction(databases, options, async (session) => ({
    indexesDisabled: await indexesDisabled(session, table),
  }));
}

async function createOrExtend(
  session: Session,
  table: TablePlan,
  { log }: WorkContext,
): Promise<void> {
  const { schema, name } = table.target;
  const existing = await describeTable(session, table.target);
  if (existing === undefined) {
    await session.query(createTableSql(table));
    log.info('target_table_created', { schema, table: name });
    return;
  }
  const sql = addColumnsSql(table, existing);
  if (sql === undefined) return;
  await session.locking(`ALTER TABLE of ${schema}.${name}`, () => session.query(sql));
  const columns = missingColumns(table, existing).map(({ target }) => target);
  log.info('target_columns_added', { schema, table: name, columns });
}

async function enterLedger(
  session: Session,
  table: TablePlan,
  { log }: WorkContext,
): Promise<void> {
  const hash = planFingerprint(table);
  const before = await readTableLedger(session, table);
  if (before !== undefined) refuseSuperseded(table, before);
  await refuseOlder(session, table);
  const changed = before !== undefined && ![hash, unplanned].includes(before.plan_hash);
  if (changed && !replacesRows(table)) await refuseLoadedRows(session, table);
  await writeTableLedger(session, table, hash);
  if (!replacesRows(table)) await overtake(session, table);
  if (table.mode === 'swap') await prepareSwap(session, table, { again: changed, log });
  const emptied = before?.truncated === true && !changed;
  if (table.mode !== 'truncate' || (emptied && before.plan_hash === hash)) return;
  if (!emptied) await truncateOnce(session, table, { again: changed });
  await dropEarlierShadows(session, table, log);
  const { schema, name } = table.target;
  log.info('target_table_truncated', { schema, table: name, run: table.run });
}

/** A full refresh: what this run and earlier ones have loaded goes with all the rest. */
function replacesRows({ mode }: TablePlan): boolean {
  return mode === 'truncate' || mode === 'swap';
}

/** Rows of an earlier plan can only go with all others, where the table is emptied anyway. */
async function refuseLoadedRows(session: Session, table: TablePlan): Promise<void> {
  const name = quoteTable(table.target);
  // After this no load of the earlier plan is under way, and a later one finds the new plan.
  await session.locking(`preparing ${name}`, () =>
    session.query(`LOCK TABLE ${name} IN SHARE ROW EXCLUSIVE MODE`),
  );
  const chunks = (await readReceipts(session, table)).length;
  if (chunks === 0) return;
  throw new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `the plan of the table has changed after ${chunks} chunks were loaded by this run`,
    { fix: 'Undo the change of the configuration, or start a new run with --no-resume.' },
  );
}
