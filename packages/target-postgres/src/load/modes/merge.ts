import { meet } from '../../keys/meeting-keys.ts';
import { seeOperators } from '../../keys/see-operators.ts';
import { arbiterOf } from '../../keys/arbiter.ts';
import { refuseDroppedRows, refuseNullKeys } from '../../modes/merge/refuse-rows.ts';
import { batchFields, createBatchSql, mergeSql } from '../../modes/merge/merge-sql.ts';
import { batchTable } from '../../tables/batch-table.ts';
import type { LoadRows } from './load-rows.ts';

/**
 * COPY into a temporary table, then one INSERT … ON CONFLICT from it, in the chunk's transaction.
 * The temporary table writes no log, and takes every row before the target's constraints speak.
 */
export const merge: LoadRows = async ({ session, table, copyInto }) => {
  await seeOperators(session, table);
  const arbiter = await arbiterOf(session, table);
  const { loose } = arbiter;
  await session.query(createBatchSql(table, loose));
  const copied = await copyInto(batchTable, batchFields(table, loose));
  if (!arbiter.findsNulls) await refuseNullKeys(session, table);
  const met = await meet(session, table, loose);
  const { schema, name } = table.target;
  // Waits for chunks that hold the same keys.
  const { rowCount } = await session.locking(`INSERT into ${schema}.${name}`, () =>
    session.query(mergeSql(table, loose)),
  );
  if (arbiter.triggers) await refuseDroppedRows(session, table);
  return { ...copied, written: rowCount ?? 'unknown', met };
};
