import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { type RowRefusal, rowRefusal } from '../copy/copy-error.ts';
import { type Block, rowOfLine } from './block.ts';
import type { ChunkWork, RowsOfBlock, RowsWork, Sent } from './chunk-work.ts';

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

interface Refused<Why> {
  readonly why: Why;
  /** Which of the rows that were tried is at fault, where that is known; counted from 0 in them. */
  readonly suspect?: number | undefined;
}

interface Trial<Why> {
  /** Puts all of the rows in and gives nothing, or none of them and says why. */
  attempt(from: number, to: number): Promise<Refused<Why> | undefined>;
  /** Rows that are better tried again together than parted now. Absent: none. */
  belongTogether?(why: Why): boolean;
  /** A row that was refused alone, or rows that belong together. */
  refused(from: number, to: number, why: Why): Promise<void>;
}

/**
 * Puts in all of the rows from `from` up to, not including, `to`, but for those that are refused
 * alone, in their order, each once. Refused together they are parted: around the suspect where
 * there is one, else in halves. A suspicion may be wrong, since each part is tried again.
 */
export async function separate<Why>(trial: Trial<Why>, from: number, to: number): Promise<void> {
  if (from >= to) return;
  const refused = await trial.attempt(from, to);
  if (refused === undefined) return;
  if (to - from === 1 || trial.belongTogether?.(refused.why) === true) {
    await trial.refused(from, to, refused.why);
    return;
  }
  for (const [start, end] of partsOf(from, to, refused.suspect)) await separate(trial, start, end);
}

function partsOf(from: number, to: number, suspect: number | undefined) {
  if (suspect !== undefined && suspect >= 0 && suspect < to - from) {
    const at = from + suspect;
    return [
      [from, at],
      [at, at + 1],
      [at + 1, to],
    ] as const;
  }
  const middle = Math.floor((from + to) / 2);
  return [
    [from, middle],
    [middle, to],
  ] as const;
}
