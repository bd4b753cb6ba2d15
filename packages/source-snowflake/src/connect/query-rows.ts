import type { WorkContext } from '@snowmelt/core';

import type { Doing } from '../errors/translate-error.ts';
import { runForResult } from '../result/open-result.ts';
import { resultRows, type NamedRows } from '../result/result-rows.ts';
import type { SessionPool } from './session-pool.ts';

export type { NamedRow, NamedRows } from '../result/result-rows.ts';

/** Runs a statement and reads all rows of its small result. */
export async function queryRows(
  pool: SessionPool,
  sql: string,
  context: WorkContext,
  doing: Doing = 'statement',
): Promise<NamedRows> {
  return resultRows(await runForResult(pool, { sql, doing }, context), context.signal);
}
