import {
  modeTraits,
  type PrepareReceipt,
  type Restart,
  SnowmeltError,
  type TablePlan,
  type TableSchema,
  type WorkContext,
} from '@snowmelt/core';
import { isServerError, serverMessage } from '@snowmelt/pg-connection';

import type { Databases } from '../connect/databases.ts';
import { type Session, tableOptions, transaction } from '../connect/transaction.ts';
import { describeTable } from '../describe/describe-table.ts';
import { dropIndexes, dropsIndexes } from '../indexes/drop-indexes.ts';
import { indexesDisabled } from '../indexes/restore-after-load.ts';
import { readReceipts } from '../ledger/chunk-ledger.ts';
import { ensureLedger, lockDdl } from '../ledger/ensure-ledger.ts';
import { recordFed } from '../ledger/fed-columns.ts';
import { recordIdentity } from '../ledger/identity.ts';
import { lockTargets } from '../ledger/lock-target.ts';
import { refuseOlder } from '../ledger/overtake.ts';
import { planFingerprint } from '../ledger/plan-fingerprint.ts';
import {
  markResumed,
  readTableLedger,
  refuseSuperseded,
  restartEmptied,
  restartTable,
  type TableLedgerRow,
  unplanned,
  withdrawEnd,
  writeTableLedger,
} from '../ledger/table-ledger.ts';
import { prepareKeys } from '../missing/prepare-keys.ts';
import { modes } from '../modes/modes.ts';
import { endStands, lookAtTable, rowsChanged, type Standing } from '../standing/look-again.ts';
import { removeTries } from '../standing/first-tries.ts';
import { beginWithoutBase } from '../standing/lost-base.ts';
import { alterTableSql, createSchema, createTableSql, missingColumns } from './create-table.ts';
import { pendingWidenings } from './pending-widenings.ts';

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
  const options = tableOptions(table, context);
  await ensureLedger(databases, options);
  await transaction(databases, options, async (session) => {
    await lockDdl(session);
    await createSchema(session, table.target.schema);
  });
  const begun = await transaction(databases, options, async (session) => {
    await lockTargets(session, table);
    const before = await readTableLedger(session, table);
    const again = await beginAgain(session, table, before);
    if (again !== undefined && !('ended' in again)) return again;
    const { widened } = await createOrExtend(session, table, context);
    await enterLedger(session, table, { widened, log: context.log });
    await recordIdentity(session, table);
    if (table.read.limit === undefined) await recordFed(session, table);
    if (again !== undefined) return undefined;
    const recorded = before?.identity ?? null;
    const restart = await beginWithoutBase(session, table, { recorded, atEnd: false });
    return restart === undefined ? undefined : { restart };
  });
  // Only here: that what was completed is not there any more stays written down.
  if (begun !== undefined && 'refused' in begun) throw begun.refused;
  if (begun !== undefined) return { indexesDisabled: false, ...begun };
  if (!dropsIndexes(table)) return { indexesDisabled: false };
  await dropIndexes(databases, table, context);
  return transaction(databases, options, async (session) => ({
    indexesDisabled: await indexesDisabled(session, table),
  }));
}

type Again =
  | { readonly restart: Restart }
  | { readonly refused: SnowmeltError }
  /** The run has completed the table, and it stands. */
  | { readonly ended: true };

/** Looks at what has become of the table since this run was in it. */
async function beginAgain(
  session: Session,
  table: TablePlan,
  before: TableLedgerRow | undefined,
): Promise<Again | undefined> {
  if (before === undefined) return undefined;
  refuseSuperseded(table, before);
  const { restarts, published, identity } = before;
  // A process that ended before it could plan anew.
  if (restarts > (table.restarts ?? 0))
    return { restart: { restarts, why: 'its rows were gone from the table' } };
  if (before.plan_hash !== planFingerprint(table)) return undefined;
  const stands = published && (await endStands(session, table, identity)) !== false;
  if (stands) return { ended: true };
  if (published) await withdrawEnd(session, table);
  const standing = await standingOf(session, table, before);
  if (standing === undefined) return undefined;
  if (standing.verdict === 'refuse') return { refused: rowsChanged(table, standing.why) };
  if (standing.verdict === 'restart') {
    await restartEmptied(session, table);
    return { restart: { restarts: await restartTable(session, table), why: standing.why } };
  }
  await markResumed(session, table);
  return undefined;
}

/** Nothing where the run has loaded nothing that could be gone. */
async function standingOf(
  session: Session,
  table: TablePlan,
  { identity, published }: TableLedgerRow,
): Promise<Standing | undefined> {
  const name = `${table.target.schema}.${table.target.name}`;
  const { gathers } = modeTraits[table.mode];
  if (gathers && published) {
    return { verdict: 'restart', why: `${name} was emptied or made anew since it was completed` };
  }
  if (!(await readReceipts(session, table)).some(({ of }) => of !== 'keys')) return undefined;
  if (gathers) return { verdict: 'intact' };
  const isThere = (await describeTable(session, table.target)) !== undefined;
  if (!isThere) return { verdict: 'restart', why: `${name} is gone` };
  return lookAtTable(session, table, identity);
}

async function createOrExtend(
  session: Session,
  table: TablePlan,
  { log }: WorkContext,
): Promise<{ readonly widened: boolean }> {
  const { schema, name } = table.target;
  const existing = await describeTable(session, table.target);
  if (existing === undefined) {
    await session.onTable(createTableSql(table));
    log.info('target_table_created', { schema, table: name });
    return { widened: false };
  }
  if (!(await alterTable(session, table, existing))) return { widened: false };
  const added = missingColumns(table, existing);
  if (added.length > 0) log.info('target_columns_added', { schema, table: name, columns: added });
  const widened = pendingWidenings(table, existing);
  if (widened.length > 0) log.info('target_columns_widened', { schema, table: name, widened });
  return { widened: widened.length > 0 };
}

async function enterLedger(
  session: Session,
  table: TablePlan,
  { widened, log }: Pick<WorkContext, 'log'> & { readonly widened: boolean },
): Promise<void> {
  const hash = planFingerprint(table);
  const before = await readTableLedger(session, table);
  if (before !== undefined) refuseSuperseded(table, before);
  await refuseOlder(session, table);
  // Rows that went through a narrower type have left digits there.
  const planned = before !== undefined && before.plan_hash !== unplanned;
  const again = planned && (widened || before.plan_hash !== hash);
  if (before === undefined) await removeTries(session, table, log);
  const { clear, begin } = modes[table.mode].prepare;
  await clear?.(session, table, { before, again, log });
  await writeTableLedger(session, table, hash);
  await prepareKeys(session, table, { again, log });
  await begin(session, table, { before, again, log });
}

/** Adds and widens columns of an existing table. `false`: there was nothing to do. */
async function alterTable(
  session: Session,
  table: TablePlan,
  existing: TableSchema,
): Promise<boolean> {
  const sql = alterTableSql(table, existing);
  if (sql === undefined) return false;
  const { schema, name } = table.target;
  try {
    await session.locking(`ALTER TABLE of ${schema}.${name}`, () => session.onTable(sql));
    return true;
  } catch (error) {
    throw stopped(error) ?? error;
  }
}

/** PostgreSQL's word for a view and the like that uses the column: it came after the plan was made. */
function stopped(error: unknown): SnowmeltError | undefined {
  if (!isServerError(error) || error.code !== '0A000') return undefined;
  return new SnowmeltError('TARGET.TABLE_UNSUITABLE', serverMessage(error), {
    cause: error,
    fix: 'Start a new run with --no-resume: its plan leaves the column as it is and says so.',
  });
}
