import { type TablePlan, watermarkOf, windowOf } from '@snowmelt/core';

import type { MemoryDatabase } from './memory-database.ts';

/** What the plan's run has completed is there still, as far as an empty table can tell. */
export function stands(database: MemoryDatabase, plan: TablePlan): boolean {
  const { runs } = database;
  if (!runs.isLast(plan)) return true;
  if (!runs.hasFinished(plan) || database.schema(plan.target) === undefined) return false;
  if (database.rows(plan.target).length > 0) return true;
  const isWhole = watermarkOf(plan)?.from === undefined && windowOf(plan) === undefined;
  return isWhole && database.receipts(plan).every(({ of, rows }) => of === 'keys' || rows === 0);
}
