import { z } from 'zod';

import { histogramQuery } from './histogram-query.ts';
import { axisOf } from './key-axis.ts';
import { mergeMarks, type Bound, type Mark } from './merge-marks.ts';
import type { ChunkKey } from './chunk-keys.ts';
import type { ChunkStrategy } from './strategy.ts';

const count = z.string().regex(/^\d+$/u).transform(Number);

const markSchema = z.looseObject({
  kind: z.enum(['from', 'null']),
  depth: count,
  held_rows: count,
});

/** Ranges of one key or several, of any type that has an order, from one aggregate query. */
export const keyRanges: ChunkStrategy = {
  name: 'key-ranges',
  suits: ({ keys }) => keys.length > 0,
  async ranges({ table, keys, chunkRows, mostChunks }, ask, context) {
    const [first, ...others] = keys;
    if (first === undefined) throw new RangeError('key ranges need a key');
    const sql = histogramQuery({ table, keys: [first, ...others], chunkRows, mostChunks });
    const marks = (await ask(sql, context)).map((row) => markOf(row, keys));
    const total = marks.reduce((sum, { rows }) => sum + rows, 0);
    const wanted = Math.max(chunkRows, Math.ceil(total / mostChunks));
    return mergeMarks(marks, wanted, keys);
  },
};

function markOf(answer: unknown, keys: readonly ChunkKey[]): Mark {
  const row = markSchema.parse(answer);
  const known = keys.slice(0, row.kind === 'null' ? row.depth - 1 : row.depth);
  const bounds = known.map((key, index) => boundOf(key, row[`key_${String(index + 1)}`]));
  return { kind: row.kind, bounds, rows: row.held_rows };
}

function boundOf(key: ChunkKey, value: unknown): Bound {
  const text = z.string().parse(value);
  return { text, literal: axisOf(key).literal(text) };
}
