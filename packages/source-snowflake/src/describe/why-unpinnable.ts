import { isSnowmeltError, type TableRef, type WorkContext } from '@snowmelt/core';

import { queryRows } from '../connect/query-rows.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { quoteTable } from '../sql/quote.ts';
import type { Statistics } from './statistics.ts';

/**
 * Why Time Travel can't read the object; nothing where it can, as far as that is known without a
 * scan. Sources: docs.snowflake.com/en/user-guide/data-time-travel,
 * /user-guide/views-materialized ("limitations"), /user-guide/tables-external-intro.
 */
export async function whyUnpinnable(
  pool: SessionPool,
  object: Statistics & { readonly ref: TableRef },
  context: WorkContext,
): Promise<string | undefined> {
  const { type, retention, ref } = object;
  if (type === 'EXTERNAL TABLE') return 'an external table has no Time Travel';
  if (type === 'MATERIALIZED VIEW') return 'a materialized view has no Time Travel';
  if (type !== 'VIEW') {
    return retention === 0 ? 'its DATA_RETENTION_TIME_IN_DAYS is 0' : undefined;
  }
  return askView(pool, ref, context);
}

/** A view travels if everything under it does; Snowflake says so when it compiles the query. */
async function askView(
  pool: SessionPool,
  ref: TableRef,
  context: WorkContext,
): Promise<string | undefined> {
  const sql = `SELECT 1 FROM ${quoteTable(ref)} AT(TIMESTAMP => CURRENT_TIMESTAMP()) LIMIT 0`;
  try {
    await queryRows(pool, sql, context);
    return undefined;
  } catch (error) {
    const said = ['SOURCE.SNAPSHOT_GONE', 'SOURCE.STATEMENT_FAILED'];
    if (isSnowmeltError(error) && said.includes(error.code)) return error.message;
    throw error;
  }
}
