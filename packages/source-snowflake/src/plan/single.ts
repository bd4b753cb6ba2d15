import { allRows } from './key-range.ts';
import type { ChunkStrategy } from './strategy.ts';

/** The whole table at once: small ones, those that can't be pinned, and those without a key. */
export const single: ChunkStrategy = {
  name: 'single',
  suits: () => true,
  ranges: async () => [{ range: allRows, label: 'all' }],
};
