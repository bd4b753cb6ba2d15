import type { LoadMode, TablePlan } from '@snowmelt/core';

import type { MemoryDatabase } from './memory-database.ts';
import type { TextRow } from './rows.ts';

/** What the target in memory does otherwise from mode to mode. */
interface MemoryMode {
  /** Before the first chunk, each time that the table is prepared. Absent: nothing. */
  readonly begin?: (database: MemoryDatabase, plan: TablePlan) => void;
  /** Rows of a chunk, in the transaction of its ledger entry. */
  readonly put: (database: MemoryDatabase, plan: TablePlan, rows: readonly TextRow[]) => void;
  /** Absent: the chunks have put all rows in place. */
  readonly publish?: (database: MemoryDatabase, plan: TablePlan) => void;
}

const add: MemoryMode['put'] = (database, plan, rows) => database.add(plan, rows);
const merge: MemoryMode['put'] = (database, plan, rows) => database.merge(plan, rows);

export const memoryModes: Readonly<Record<LoadMode, MemoryMode>> = {
  append: { begin: (database, plan) => database.removeUnfinished(plan), put: add },
  truncate: { begin: (database, plan) => database.emptyOnce(plan), put: add },
  swap: {
    put: (database, plan, rows) => database.gather(plan, database.inTableOrder(plan, rows)),
    publish: (database, plan) => database.swapOnce(plan),
  },
  upsert: { put: merge },
  'insert-only': { put: merge },
  changes: {
    put: (database, plan, rows) => database.gather(plan, rows),
    publish: (database, plan) => database.applyOnce(plan),
  },
};

/** A row of the quarantine goes into the table itself: what was gathered is in place by then. */
export function putAgain(database: MemoryDatabase, plan: TablePlan, row: TextRow): boolean {
  if (database.refusalOf(plan, row) !== undefined) return false;
  const { put, publish } = memoryModes[plan.mode];
  (publish === undefined ? put : add)(database, plan, [row]);
  return true;
}
