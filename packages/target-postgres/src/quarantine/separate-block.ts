import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { type RowRefusal, rowRefusal } from '../copy/copy-error.ts';
import { type Block, rowOfLine } from './block.ts';
import type { ChunkWork, RowsOfBlock, RowsWork, Sent } from './chunk-work.ts';
import { separate, type Trial } from './separate.ts';

export interface BlockTrial extends Pick<Trial<RowRefusal>, 'belongTogether' | 'refused'> {
  /** Puts the rows into the target; called under a savepoint. */
  readonly put: (rows: RowsOfBlock) => Promise<RowRefusal | undefined>;
}

/** Puts the rows of a block in, but for those that are refused. */
export function separateBlock(
  { session, table }: RowsWork,
  block: Block,
  { put, ...judgement }: BlockTrial,
): Promise<void> {
  const trial: Trial<RowRefusal> = {
    ...judgement,
    async attempt(from, to) {
      const why = await tryOut(session, table, () => put({ block, from, to }));
      if (why === undefined) return undefined;
      const suspect = why.line === undefined ? undefined : rowOfLine(block, from, why.line);
      return { why, suspect };
    },
  };
  return separate(trial, 0, block.ends.length);
}

/**
 * Does the work, or leaves nothing of it and says which refusal of rows stood in the way. What no
 * row is to blame for is thrown.
 */
export async function tryOut(
  session: Session,
  table: TablePlan,
  work: () => Promise<RowRefusal | undefined>,
): Promise<RowRefusal | undefined> {
  await session.savepoint('SAVEPOINT snowmelt_rows');
  const refusal = await refusalOf(table, work);
  const undo = refusal === undefined ? '' : 'ROLLBACK TO SAVEPOINT snowmelt_rows;';
  // Released in either case: PostgreSQL would keep each of them to the end of the transaction.
  await session.savepoint(`${undo} RELEASE SAVEPOINT snowmelt_rows`);
  return refusal;
}

async function refusalOf(table: TablePlan, work: () => Promise<RowRefusal | undefined>) {
  try {
    return await work();
  } catch (error) {
    const refusal = rowRefusal(error, table);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** Puts the chunk in block by block; `before`: rows of the chunk before those of the block. */
export async function sendBlocks(
  work: ChunkWork,
  trialOf: (block: Block, before: number) => BlockTrial,
): Promise<Sent> {
  let rows = 0;
  let bytes = 0;
  for await (const block of work.blocks) {
    await separateBlock(work, block, trialOf(block, rows));
    rows += block.ends.length;
    bytes += block.bytes.length;
  }
  return { rows, bytes };
}
