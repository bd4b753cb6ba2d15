import type { TablePlan, WorkContext } from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { changesFrom } from '../sql/relation.ts';

/**
 * Whether Snowflake still has the changes from the plan's `changes.from` on. Tracking and retention
 * are looked at when a statement is compiled, and no row is asked for. The window is left open at
 * its end: the run's own snapshot point may be one that nothing may be read at yet.
 */
export async function reachChanges(
  pool: SessionPool,
  table: TablePlan,
  context: WorkContext,
): Promise<void> {
  await queryRows(pool, reachQuery(table), context);
}

export function reachQuery(table: TablePlan): string {
  return `SELECT 1 FROM ${changesFrom(table)} LIMIT 0`;
}
