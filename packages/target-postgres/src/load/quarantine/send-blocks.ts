import type { Block } from './block.ts';
import type { ChunkWork, Sent } from './chunk-work.ts';
import { separateBlock, type BlockTrial } from './separate-block.ts';

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
