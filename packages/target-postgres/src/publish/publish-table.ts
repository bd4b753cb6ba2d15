import {
  isSnowmeltError,
  modeTraits,
  type MergedRows,
  type MissingReceipt,
  type PublishReceipt,
  type Restart,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import { recordSnapshot } from '../ledger/snapshot-ledger.ts';
import type { Databases } from '../connect/databases.ts';
import { waitForDisk } from '../connect/session-settings.ts';
import {
  tableOptions,
  transaction,
  type Session,
  type TransactionOptions,
} from '../connect/transaction.ts';
import { restoreAfterLoad } from '../indexes/restore-after-load.ts';
import { ledgerSums, type LedgerSums } from '../ledger/ledger-sums.ts';
import { recordFilled } from '../ledger/fed-columns.ts';
import { removeMissing } from '../missing/remove-missing.ts';
import {
  readTableLedger,
  refuseStalePlan,
  restartEmptied,
  restartTable,
} from '../ledger/table-ledger.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { isSameIdentity, readIdentity, recordIdentity } from '../ledger/identity.ts';
import { beginWithoutBase } from '../standing/lost-base.ts';
import { lookAtRows, rowsChanged } from '../standing/look-again.ts';
import { modes } from '../modes/modes.ts';
import { advanceSequences } from './advance-sequences.ts';

/**
 * Deletes what the source lacks, closes the table's ledger durably, gives the table its indexes
 * back, refreshes the planner's statistics and advances the sequences behind loaded columns. Ledger
 * rows stay.
 */
export async function publishTable(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<PublishReceipt> {
  const options = tableOptions(table, context);
  const { publish, stillWithoutRows } = modes[table.mode];
  const emptied = await publish?.(databases, table, context);
  if (emptied !== undefined) return { rows: 0, restart: emptied };
  const restart = await transaction(databases, options, (session) => lookOnceMore(session, table));
  if (restart !== undefined) return { rows: 0, restart };
  const missing = await removeMissing(databases, table, context);
  const { rows, merged } = await transaction(databases, options, (session) =>
    closeLedger(session, table),
  );
  const restored = await restoreAfterLoad(databases, table, context);
  // Quiet tables are many.
  const isUnchanged = stillWithoutRows === true && rows === 0;
  if (!isUnchanged) await tryAnalyze(databases, options, table, context);
  const behind = isUnchanged
    ? []
    : await transaction(databases, options, (session) => advanceSequences(session, table, context));
  const findings = [...(restored.findings ?? []), ...behind];
  return {
    rows,
    ...(missing === undefined ? {} : { missing }),
    ...(merged === undefined ? {} : { merged: withRemoved(merged, missing) }),
    ...restored,
    ...(findings.length === 0 ? {} : { findings }),
  };
}

/**
 * P1: where the run has gone on after a stop, or the table is not the one that it was, its rows are
 * looked for before it is said to be complete.
 */
async function lookOnceMore(session: Session, table: TablePlan): Promise<Restart | undefined> {
  // What was gathered was put in place just now.
  if (modeTraits[table.mode].gathers) return undefined;
  const ledger = await readTableLedger(session, table);
  // Said once already, and the answer to COMMIT was lost.
  if (ledger !== undefined && ledger.restarts > (table.restarts ?? 0)) {
    return { restarts: ledger.restarts, why: 'its rows were gone from the table' };
  }
  await refuseStalePlan(session, table);
  if (ledger === undefined || ledger.published) return undefined;
  const based = { recorded: ledger.identity, atEnd: true };
  const restart = await beginWithoutBase(session, table, based);
  if (restart !== undefined) return restart;
  const identity = await readIdentity(session, table.target);
  const same = !ledger.resumed && isSameIdentity(ledger.identity, identity);
  const standing = same ? undefined : await lookAtRows(session, table, ledger.identity);
  if (standing?.verdict === 'refuse') throw rowsChanged(table, standing.why);
  if (standing?.verdict === 'restart') {
    await restartEmptied(session, table);
    return { restarts: await restartTable(session, table), why: standing.why };
  }
  // As it was before the look: who comes after it is noticed.
  await recordIdentity(session, table, identity);
  return undefined;
}

function withRemoved(merged: MergedRows, missing: MissingReceipt | undefined): MergedRows {
  return missing?.how === 'hard' ? { ...merged, deleted: merged.deleted + missing.rows } : merged;
}

async function closeLedger(session: Session, table: TablePlan): Promise<LedgerSums> {
  await refuseStalePlan(session, table);
  // A part of a table has no end: whoever comes later finds the rows of a run that did not finish.
  if (table.read.limit === undefined) await recordEnd(session, table);
  const sums = await ledgerSums(session, table);
  await session.query(waitForDisk);
  return sums;
}

async function recordEnd(session: Session, table: TablePlan): Promise<void> {
  await session.query(
    'UPDATE snowmelt.table_ledger SET published_at = clock_timestamp() WHERE run_id = $1 AND table_key = $2',
    [table.run, table.key],
  );
  if (!modeTraits[table.mode].gathers) await recordSnapshot(session, table);
  await recordFilled(session, table);
}

/** A lock, and what a function of an index meets: the server analyzes it under a path of its own. */
const harmless: ReadonlySet<string> = new Set([
  'TARGET.LOCKED',
  'TARGET.STATEMENT_FAILED',
  'TARGET.TABLE_MISSING',
]);

/** Statistics are not what was promised; autovacuum makes them as well. */
async function tryAnalyze(
  databases: Databases,
  options: TransactionOptions,
  table: TablePlan,
  { log }: WorkContext,
): Promise<void> {
  try {
    await transaction(databases, options, (session) => analyze(session, table));
  } catch (error) {
    if (!isSnowmeltError(error) || !harmless.has(error.code)) throw error;
    log.warn('target_not_analyzed', { table: table.key, message: error.message });
  }
}

async function analyze(session: Session, table: TablePlan): Promise<void> {
  const name = quoteTable(table.target);
  await session.locking(`ANALYZE of ${name}`, () => session.onTable(`ANALYZE ${name}`));
}
