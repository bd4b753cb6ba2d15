import type { RowRefusal } from '../copy-error.ts';
import { rowOfLine, type Block } from './block.ts';
import type { RowsOfBlock, RowsWork } from './copy-rows.ts';
import { separate, type Trial } from './separate.ts';
import { tryOut } from './try-out.ts';

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
