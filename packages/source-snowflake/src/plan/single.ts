import { allRows } from './key-range.ts';
import type { ChunkStrategy } from './strategy.ts';

const all: ChunkStrategy['ranges'] = async () => [{ range: allRows, label: 'all' }];

/** The whole table at once. */
export const single: ChunkStrategy = { name: 'single', ranges: all };

/**
 * The whole table by one statement, whose result Snowflake keeps: its load chunks are parts of that,
 * found again by the query's id.
 */
export const oneResult: ChunkStrategy = { name: 'one-result', dividesResult: true, ranges: all };
