import {
  modeTraits,
  SnowmeltError,
  type TablePlan,
  type TellsStanding,
  watermarkOf,
  windowOf,
} from '@snowmelt/core';

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

export function standingOf(database: MemoryDatabase): TellsStanding {
  return {
    stands: async (plan) => stands(database, plan),
    refuseForgotten: async (plan) => refuseForgotten(database, plan),
  };
}

/** Which rows are whose, nobody but the ledger knows. */
function refuseForgotten(database: MemoryDatabase, plan: TablePlan): void {
  if (!modeTraits[plan.mode].onlyAdds || database.runs.knows(plan)) return;
  if (database.schema(plan.target) === undefined || database.rows(plan.target).length === 0) return;
  const message = `${plan.target.name} holds rows, and what run ${plan.run} has loaded is not known any more`;
  throw new SnowmeltError('RUN.ROWS_CHANGED', message, { place: { table: plan.key } });
}
