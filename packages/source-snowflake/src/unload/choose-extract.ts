import { randomBytes } from 'node:crypto';

import {
  isSnowmeltError,
  SnowmeltError,
  type ExtractChoice,
  type ReadOptions,
  type TableSchema,
  type WorkContext,
} from '@snowmelt/core';

import { queryRows } from '../connect/query-rows.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { createStage, dropStage, stageName } from './stage.ts';

/**
 * Up to here a query is faster than the statements around an unload (stage, COPY, URLs: some
 * seconds), since the driver reads about half a million lines a second; above it the warehouse
 * renders and compresses in parallel, and a resume needs no second scan.
 */
const smallRows = 200_000;
const smallBytes = 32 * 1024 * 1024;

/**
 * Resolves `auto`: small tables by query, others by unload where a stage can be made. A view's
 * size is unknown, so it counts as large. `SOURCE.PRIVILEGE` where `unload` is asked for and the
 * role may not make a stage.
 */
export async function chooseExtract(
  pool: SessionPool,
  schema: TableSchema,
  read: ReadOptions,
  context: WorkContext,
): Promise<ExtractChoice> {
  if (read.extract === 'query') return { extract: 'query' };
  if (read.extract === 'auto' && isSmall(schema)) return { extract: 'query' };
  if (read.stage !== undefined) return { extract: 'unload' };
  const refusal = await tryStage(pool, schema, context);
  if (refusal === undefined) return { extract: 'unload' };
  if (read.extract === 'unload') throw refusal;
  return { extract: 'query', because: refusal.message };
}

function isSmall({ estimatedRows, estimatedBytes }: TableSchema): boolean {
  if (estimatedRows === undefined) return false;
  return estimatedRows <= smallRows && (estimatedBytes ?? 0) <= smallBytes;
}

/**
 * Whether a stage can be made beside the table, by making one: privileges come in too many ways to
 * be looked up, and a shared database has no room for one at all.
 */
async function tryStage(
  pool: SessionPool,
  { ref }: TableSchema,
  context: WorkContext,
): Promise<SnowmeltError | undefined> {
  const probe = stageName(`SNOWMELT_PROBE_${randomBytes(6).toString('hex').toUpperCase()}`, ref);
  try {
    await queryRows(pool, createStage(probe), context);
  } catch (error) {
    if (!isSnowmeltError(error) || !refusals.has(error.code)) throw error;
    return new SnowmeltError(
      'SOURCE.PRIVILEGE',
      `No stage can be made in ${ref.database}.${ref.schema}: ${error.message}`,
      { fix: 'GRANT CREATE STAGE on the schema to the role, name a stage, or use extract: query.' },
    );
  }
  await queryRows(pool, dropStage(probe), context);
  return undefined;
}

const refusals: ReadonlySet<string> = new Set([
  'SOURCE.PRIVILEGE',
  'SOURCE.STATEMENT_FAILED',
  'SOURCE.TABLE_NOT_FOUND',
]);
