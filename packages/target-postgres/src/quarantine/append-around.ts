import type { RowRefusal } from '../copy/copy-error.ts';
import { rowsOf } from './block.ts';
import {
  type ChunkWork,
  copyRows,
  noteSavepoint,
  type RowsOfBlock,
  type Sent,
} from './chunk-work.ts';
import { retryRows } from './retry-rows.ts';
import { whileSomeGoIn } from './self-reference.ts';
import { sendBlocks } from './separate-block.ts';

/** Block by block straight into the table, or into the place where rows are gathered. */
export async function appendAround(work: ChunkWork, into: string): Promise<Sent> {
  const { quarantine, isOrphan } = work;
  const put = async (rows: RowsOfBlock) => {
    const refusal = await copyRows(work, into, rows);
    if (refusal === undefined) await noteSavepoint(work);
    return refusal;
  };
  const sent = await sendBlocks(work, (block, before) => ({
    put,
    // Their parents may be in a block to come.
    belongTogether: isOrphan,
    async refused(from, to, why) {
      const refused = { rows: rowsOf(block, from, to), why, number: before + from + 1 };
      await (isOrphan(why) ? quarantine.putAside(refused) : quarantine.put(refused));
    },
  }));
  await placeOrphans(work, put);
  return sent;
}

const asideSql = `
SELECT r.id::text AS id FROM snowmelt.rejected_rows r
WHERE run_id = $1 AND table_key = $2 AND chunk_id = $3 AND sqlstate = '23503' ORDER BY r.id DESC`;

/**
 * Rows that have found the row they refer to leave the quarantine; the others count from now on.
 * The last of the chunk go first: what a row has lacked came after it.
 */
async function placeOrphans(
  work: ChunkWork,
  put: (rows: RowsOfBlock) => Promise<RowRefusal | undefined>,
): Promise<void> {
  const { session, table, chunk, quarantine, isOrphan } = work;
  if (!isOrphan(orphaned)) return;
  const key = [table.run, table.key, chunk.id];
  const aside = (await session.query<{ id: string }>(asideSql, key)).rows.map(({ id }) => id);
  const left = await whileSomeGoIn(aside, async (ids) => {
    const again = await retryRows(work, ids, put);
    await session.query('DELETE FROM snowmelt.rejected_rows WHERE id = ANY ($1)', [again.loaded]);
    return again.left;
  });
  if (left.length > 0) quarantine.count(left.length, orphaned);
}

const orphaned: RowRefusal = {
  sqlState: '23503',
  message: 'rows refer to a row of the table that is not there',
};
