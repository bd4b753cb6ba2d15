import { z } from 'zod';

import { histogramQuery } from './histogram-query.ts';
import { axisOf } from './key-axis.ts';
import { mergeMarks, type Bound } from './merge-marks.ts';
import type { ChunkKey } from './chunk-keys.ts';
import type { ChunkStrategy } from './strategy.ts';

const markSchema = z.object({
  kind: z.enum(['range', 'split', 'split-null', 'null']),
  first_text: z.string().nullable(),
  next_text: z.string().nullable(),
  held_rows: z.string().regex(/^\d+$/u).transform(Number),
});

/** Ranges of one key or two, of any type that has an order, from one aggregate query. */
export const keyRanges: ChunkStrategy = {
  name: 'key-ranges',
  suits: ({ keys }) => keys.length > 0,
  async ranges({ table, keys, chunkRows, mostChunks }, ask, context) {
    const [first, second] = keys;
    if (first === undefined) throw new RangeError('key ranges need a key');
    const sql = histogramQuery({ table, first, second, chunkRows, mostChunks });
    const rows = z.array(markSchema).parse(await ask(sql, context));
    const total = rows.reduce((sum, row) => sum + row.held_rows, 0);
    const marks = rows.map((row) => ({
      kind: row.kind,
      first: boundOf(first, row.first_text),
      next: boundOf(second, row.next_text),
      rows: row.held_rows,
    }));
    const wanted = Math.max(chunkRows, Math.ceil(total / mostChunks));
    return mergeMarks(marks, wanted, { first, second });
  },
};

function boundOf(key: ChunkKey | undefined, text: string | null): Bound | undefined {
  if (key === undefined || text === null) return undefined;
  return { text, literal: axisOf(key).literal(text) };
}
