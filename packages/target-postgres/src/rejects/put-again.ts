import { quoteTable } from '../quote-identifier.ts';
import type { RowRefusal } from '../load/copy-error.ts';
import { seeOperators } from '../keys/see-operators.ts';
import { arbiterOf } from '../load/merge/arbiter.ts';
import { batchTable } from '../load/merge/batch-table.ts';
import { batchFields, createBatchSql, mergeSql } from '../load/merge/merge-sql.ts';
import { nullKeyCondition, refuseDroppedRows } from '../load/merge/refuse-rows.ts';
import { copyRows, type RowsOfBlock, type RowsWork } from '../load/quarantine/copy-rows.ts';
import { nullKey } from '../load/quarantine/take-null-keys.ts';

/** How refused rows go into the target after all: as their run would have put them in. */
export async function putAgain(
  work: RowsWork,
): Promise<(rows: RowsOfBlock) => Promise<RowRefusal | undefined>> {
  const { session, table } = work;
  if (table.keyColumns.length === 0) {
    return (rows) => copyRows(work, quoteTable(table.target), rows);
  }
  await seeOperators(session, table);
  const arbiter = await arbiterOf(session, table);
  const { loose } = arbiter;
  await session.query(createBatchSql(table, loose));
  const fields = batchFields(table, loose);
  return async (rows) => {
    await session.query(`DELETE FROM ${batchTable}`);
    const refusal = await copyRows(work, batchTable, rows, fields);
    if (refusal !== undefined) return refusal;
    if (!arbiter.findsNulls) {
      const nulls = `SELECT 1 FROM ${batchTable} WHERE ${nullKeyCondition(table)} LIMIT 1`;
      if ((await session.query(nulls)).rowCount !== 0) return nullKey(table);
    }
    await session.query(mergeSql(table, loose));
    // The rows of the batch were copied under the same savepoint.
    const own = `ARRAY(SELECT DISTINCT xmin FROM ${batchTable})`;
    if (arbiter.triggers) await refuseDroppedRows(session, table, own);
    return undefined;
  };
}
