import { arbiterOf } from '../../keys/arbiter.ts';
import { meet } from '../../keys/meeting-keys.ts';
import { copyRows, type RowsWork } from '../../quarantine/chunk-work.ts';
import { batchTable } from '../../tables/batch-table.ts';
import type { LoadRows, PutRows } from '../shared/mode.ts';
import { batchFields, createBatchSql, mergeSql } from './merge-sql.ts';
import { nullKeyCondition, refuseDroppedRows, refuseNullKeys } from './refuse-rows.ts';
import { nullKey } from './take-null-keys.ts';

/**
 * COPY into a temporary table, then one INSERT … ON CONFLICT from it, in the chunk's transaction.
 * The temporary table writes no log, and takes every row before the target's constraints speak.
 */
export const mergeRows: LoadRows = async ({ session, table, copyInto }) => {
  const arbiter = await arbiterOf(session, table);
  const { loose, operators } = arbiter;
  await session.onTable(createBatchSql(table, loose));
  const copied = await copyInto(batchTable, batchFields(table, loose));
  if (!arbiter.findsNulls) await refuseNullKeys(session, table);
  const met = await meet(session, table, arbiter);
  const { schema, name } = table.target;
  // Waits for chunks that hold the same keys.
  const { rowCount } = await session.locking(`INSERT into ${schema}.${name}`, () =>
    session.onTable(mergeSql(table, loose)),
  );
  if (arbiter.triggers) await refuseDroppedRows(session, table, { operators });
  return { ...copied, written: rowCount ?? 'unknown', met };
};

/** Of rows that were refused: some of them, under a savepoint. */
export async function mergeAgain(work: RowsWork): Promise<PutRows> {
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
