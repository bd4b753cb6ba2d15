import type { WorkContext } from '@snowmelt/core';

import type { Doing } from '../errors/translate-error.ts';
import { runForResult } from './open-result.ts';
import { resultRows, type NamedRows } from './result-rows.ts';
import { repeat } from '../connect/repeat.ts';
import type { Sessions } from '../connect/session-pool.ts';

export type { NamedRow, NamedRows } from './result-rows.ts';

/** Runs a statement and reads all rows of its small result, `pool.tries` times at most. */
export async function queryRows(
  pool: Sessions,
  sql: string,
  context: WorkContext,
  doing: Doing = 'statement',
): Promise<NamedRows> {
  return repeat(pool.tries, context, async () =>
    resultRows(await runForResult(pool, { sql, doing }, context), context.signal),
  );
}
