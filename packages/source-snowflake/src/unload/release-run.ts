import { isSnowmeltError, type RunId, type TablePlan, type WorkContext } from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { dropStage, location, runPlace, runStage } from './stage.ts';

/** Drops the run's own stages, and removes the run's directory from the users' stages. */
export async function releaseRun(
  pool: SessionPool,
  run: RunId,
  tables: readonly TablePlan[],
  context: WorkContext,
): Promise<void> {
  const unloaded = tables.filter(({ extract }) => extract === 'unload');
  const statements = new Set(unloaded.map((table) => cleanUp(run, table)));
  for (const sql of statements) await runUnlessGone(pool, sql, context);
}

function cleanUp(run: RunId, table: TablePlan): string {
  const place = runPlace({ ...table, run });
  return place.own ? dropStage(runStage(run, table.source)) : `REMOVE ${location(place)}`;
}

/** A stage, schema or database that is gone holds nothing of the run. */
async function runUnlessGone(pool: SessionPool, sql: string, context: WorkContext): Promise<void> {
  try {
    await queryRows(pool, sql, context, 'staging');
  } catch (error) {
    if (!isSnowmeltError(error) || error.code !== 'SOURCE.FILE_MISSING') throw error;
  }
}
