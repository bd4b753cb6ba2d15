import { modeTraits, type Restart, type TablePlan, watermarkOf } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { holdsNothing } from '../describe/is-empty.ts';
import { readReceipts } from '../ledger/chunk-ledger.ts';
import {
  isSameIdentity,
  readIdentity,
  rowsWereDeleted,
  type TableIdentity,
} from '../ledger/identity.ts';
import { waitForLoads } from '../ledger/lock-target.ts';
import { forgetBound, restartTable } from '../ledger/table-ledger.ts';
import { baseStands } from '../watermark/base-stands.ts';
import { newestStanding } from '../watermark/newest-standing.ts';
import { removeUnreadRows } from './unfinished-rows.ts';

interface Looking {
  /** Of the table, when the run was last in it. */
  readonly recorded: TableIdentity | null;
  /** Before the table is said to be complete. */
  readonly atEnd: boolean;
}

/**
 * A plan that reads newer rows only rests on rows of before (`WatermarkPlan.base`). Where they are
 * gone, by TRUNCATE, DROP or DELETE, whenever since it was planned, the run begins the table anew, as
 * if that had been done before it was planned: what it has added itself is taken out exactly, or it
 * refuses; what it has merged stays, and all rows are read. See docs/decisions/0017-whose-rows.md.
 */
export async function beginWithoutBase(
  session: Session,
  table: TablePlan,
  looking: Looking,
): Promise<Restart | undefined> {
  const why = await whyBaseIsGone(session, table, looking);
  if (why === undefined) return undefined;
  if (modeTraits[table.mode].onlyAdds) {
    await waitForLoads(session, table);
    await refuseOthersRows(session, table);
    await removeUnreadRows(session, table, why);
  } else {
    await forgetBound(session, table);
  }
  return { restarts: await restartTable(session, table), why };
}

/** What the next plan would refuse is said at once, so that one statement mends both. */
async function refuseOthersRows(session: Session, table: TablePlan): Promise<void> {
  const { key, target, run } = table;
  const watermark = watermarkOf(table);
  if (watermark === undefined || (await holdsNothing(session, target))) return;
  const { column } = watermark;
  await newestStanding(session, { key, target, column, adds: true, without: run });
}

async function whyBaseIsGone(
  session: Session,
  table: TablePlan,
  looking: Looking,
): Promise<string | undefined> {
  const { target, run } = table;
  const watermark = watermarkOf(table);
  if (watermark?.from === undefined) return undefined;
  const name = `${target.schema}.${target.name}`;
  if (await holdsNothing(session, target)) {
    return `${name} was emptied after it was planned to read newer rows only`;
  }
  const { column, base } = watermark;
  if (!(await mayBeGone(session, table, looking))) return undefined;
  if (await baseStands(session, { target, column, base, run })) return undefined;
  return `${name} was planned to read newer rows only, and those that were its newest then are gone`;
}

/**
 * A merge may itself have given the newest row of before a newer watermark: that it is gone says
 * something only where rows were taken out of the table. Cheap in the middle of a run, which may be
 * stopped and gone on with every 15 minutes.
 */
async function mayBeGone(
  session: Session,
  table: TablePlan,
  { recorded, atEnd }: Looking,
): Promise<boolean> {
  if (atEnd && modeTraits[table.mode].onlyAdds) return true;
  const identity = await readIdentity(session, table.target);
  const touched = recorded !== null && !isSameIdentity(recorded, identity);
  if (touched || rowsWereDeleted(recorded, identity)) return true;
  return !(await readReceipts(session, table)).some(({ of }) => of !== 'keys');
}
