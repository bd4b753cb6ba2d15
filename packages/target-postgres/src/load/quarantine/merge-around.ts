import { meet } from '../../keys/meeting-keys.ts';
import { seeOperators } from '../../keys/see-operators.ts';
import { arbiterOf } from '../merge/arbiter.ts';
import { batchTable } from '../merge/batch-table.ts';
import { batchFields, createBatchSql, mergeSql } from '../merge/merge-sql.ts';
import { refuseDroppedRows } from '../merge/refuse-rows.ts';
import { rowsOf } from './block.ts';
import { noteSavepoint, type ChunkWork, type Sent } from './chunk-work.ts';
import { copyRows } from './copy-rows.ts';
import { mergeWinners } from './merge-winners.ts';
import { sendBlocks } from './send-blocks.ts';
import { takeNullKeys } from './take-null-keys.ts';
import { tryOut } from './try-out.ts';

/**
 * Rows that no value fits are found on their way into the batch. Which row of a key counts is then
 * decided as ever, so that it is the same row; and only where the merge is refused, its rows are
 * merged in parts.
 */
export async function mergeAround(work: ChunkWork): Promise<Sent> {
  const { session, table } = work;
  await seeOperators(session, table);
  const arbiter = await arbiterOf(session, table);
  const { loose } = arbiter;
  await session.query(createBatchSql(table, loose));
  const sent = await fillBatch(work, batchFields(table, loose));
  if (!arbiter.findsNulls) await takeNullKeys(work);
  const met = await meet(session, table, loose);
  const { schema, name } = table.target;
  const refusal = await tryOut(session, table, async () => {
    await session.locking(`INSERT into ${schema}.${name}`, () =>
      session.query(mergeSql(table, loose)),
    );
    await noteSavepoint(work);
    return undefined;
  });
  if (refusal !== undefined) await mergeWinners(work, loose);
  if (arbiter.triggers) await refuseDroppedRows(session, table, idsSql(work.xids));
  return { ...sent, met };
}

function idsSql(xids: readonly string[]): string {
  return `ARRAY[${xids.map((xid) => `'${xid}'`).join(', ')}]::xid[]`;
}

function fillBatch(work: ChunkWork, fields: readonly string[]): Promise<Sent> {
  return sendBlocks(work, (block, before) => ({
    put: (rows) => copyRows(work, batchTable, rows, fields),
    refused: (from, to, why) =>
      work.quarantine.put({ rows: rowsOf(block, from, to), why, number: before + from + 1 }),
  }));
}
