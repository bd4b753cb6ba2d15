import { isSnowmeltError, type InsertOnlyPlan, type MergePlan } from '@snowmelt/core';
import { sqlState } from '@snowmelt/pg-connection';

import type { Copied } from '../../copy/copy-stream.ts';
import { arbiterOf } from '../../keys/arbiter.ts';
import { looseKeys } from '../../keys/loose-keys.ts';
import { meet } from '../../keys/meeting-keys.ts';
import { forgetEarlierPlan } from '../../ledger/forget-chunks.ts';
import { overtake } from '../../ledger/overtake.ts';
import { copyRows, type RowsWork } from '../../quarantine/chunk-work.ts';
import { batchTable } from '../../tables/batch-table.ts';
import { columnsOf, targetOf } from '../shared/copy-load.ts';
import type { ChunkLoad, LoadRowsRequest, LoadWay, Mode, PutRows } from '../shared/mode.ts';
import { checkKeys } from './check-keys.ts';
import { checkArbiter, checkIdentity } from './check-merge.ts';
import { mergeAround } from './merge-around.ts';
import { batchFields, createBatchSql, mergeSql } from './merge-sql.ts';
import { mergedRows, rowCounters } from './merged-rows.ts';
import { nullKeyCondition, refuseDroppedRows, refuseNullKeys } from './refuse-rows.ts';
import { nullKey } from './take-null-keys.ts';

/** A key comes twice in the source, or somebody else has stored it meanwhile. */
const afterAll: LoadWay = { put: mergeRows, after: isDuplicateKey, event: 'chunk_merged' };

const load: ChunkLoad<MergePlan> = {
  place: targetOf,
  fields: columnsOf,
  ways: ({ firstLoad = false }) =>
    firstLoad ? [{ put: firstRows }, afterAll] : [{ put: mergeRows }],
  rejects: { around: mergeAround, again: mergeAgain },
};

/** Rows whose key is there take the place of the old ones, the others are added. */
export const upsert: Mode<MergePlan> = {
  privileges: ['SELECT', 'INSERT', 'UPDATE'],
  statements: ['INSERT', 'UPDATE'],
  checks: [checkKeys, checkArbiter, checkIdentity],
  checksOfNew: [checkKeys],
  prepare: {
    /** Rows of an earlier plan are found again by their key. */
    async clear(session, table, { again }) {
      if (again) await forgetEarlierPlan(session, table);
    },
    begin: overtake,
  },
  load,
};

/** Rows whose key is there are left as they are. */
export const insertOnly: Mode<InsertOnlyPlan> = {
  ...upsert,
  privileges: ['SELECT', 'INSERT'],
  checks: [checkKeys, checkArbiter],
};

/** Rows of keys that may meet are merged from the first one on: only merging sees that they do. */
async function firstRows(request: LoadRowsRequest): Promise<Copied> {
  const { session, table, copyInto } = request;
  const loose = await looseKeys(session, table);
  if (loose.length > 0) return mergeRows(request);
  const copied = await copyInto(targetOf(table));
  return { ...copied, merged: { inserted: copied.rows, updated: 0 } };
}

/** Also of COMMIT, where a deferred constraint speaks. */
function isDuplicateKey(error: unknown): boolean {
  return isSnowmeltError(error) && sqlState(error.cause) === '23505';
}

/**
 * COPY into a temporary table, then one INSERT … ON CONFLICT from it, in the chunk's transaction.
 * The temporary table writes no log, and takes every row before the target's constraints speak.
 */
async function mergeRows({ session, table, copyInto }: LoadRowsRequest): Promise<Copied> {
  const arbiter = await arbiterOf(session, table);
  const { loose, operators } = arbiter;
  await session.onTable(createBatchSql(table, loose));
  const copied = await copyInto(batchTable, batchFields(table, loose));
  if (!arbiter.findsNulls) await refuseNullKeys(session, table);
  const met = await meet(session, table, arbiter);
  const { schema, name } = table.target;
  const before = await rowCounters(session, table);
  // Waits for chunks that hold the same keys.
  const { rowCount } = await session.locking(`INSERT into ${schema}.${name}`, () =>
    session.onTable(mergeSql(table, loose)),
  );
  if (arbiter.triggers) await refuseDroppedRows(session, table, { operators });
  const counted = await mergedRows(session, table, { before, written: rowCount });
  return { ...copied, written: rowCount ?? 'unknown', met, ...counted };
}

/** Of rows that were refused: some of them, under a savepoint. */
async function mergeAgain(work: RowsWork): Promise<PutRows> {
  const { session, table } = work;
  const arbiter = await arbiterOf(session, table);
  const { loose, operators } = arbiter;
  await session.onTable(createBatchSql(table, loose));
  const fields = batchFields(table, loose);
  return async (rows) => {
    await session.onTable(`DELETE FROM ${batchTable}`);
    const refusal = await copyRows(work, batchTable, rows, fields);
    if (refusal !== undefined) return refusal;
    if (!arbiter.findsNulls) {
      const nulls = `SELECT 1 FROM ${batchTable} WHERE ${nullKeyCondition(table)} LIMIT 1`;
      if ((await session.onTable(nulls)).rowCount !== 0) return nullKey(table);
    }
    await session.onTable(mergeSql(table, loose));
    // The rows of the batch were copied under the same savepoint.
    const xids = `ARRAY(SELECT DISTINCT xmin FROM ${batchTable})`;
    if (arbiter.triggers) await refuseDroppedRows(session, table, { operators, xids });
    return undefined;
  };
}
