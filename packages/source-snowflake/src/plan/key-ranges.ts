import { z } from 'zod';

import { readAnswer } from '../result/read-answer.ts';
import { histogramQuery } from './histogram-query.ts';
import { axisOf } from './key-axis.ts';
import { mergeMarks, type Bound, type Mark } from './merge-marks.ts';
import type { ChunkKey } from './chunk-keys.ts';
import type { ChunkStrategy } from './strategy.ts';

const count = z.string().regex(/^\d+$/u).transform(Number);

/** Ranges of one key or several, of any type that has an order, from one aggregate query. */
export const keyRanges: ChunkStrategy = {
  name: 'key-ranges',
  async ranges({ table, keys, chunkRows, mostChunks }, ask, context) {
    const [first, ...others] = keys;
    if (first === undefined) throw new RangeError('key ranges need a key');
    const sql = histogramQuery({ table, keys: [first, ...others], chunkRows, mostChunks });
    const rows = await ask(sql, context);
    const question = { about: `the ranges of ${table.key}`, hidden: true };
    const marks = readAnswer(z.array(markSchema(keys)), rows, question);
    const total = marks.reduce((sum, { rows }) => sum + rows, 0);
    const wanted = Math.max(chunkRows, Math.ceil(total / mostChunks));
    return mergeMarks(marks, wanted, keys);
  },
};

/** A row of the planning query: it has as many keys as it is deep, but for the one that is NULL. */
function markSchema(keys: readonly ChunkKey[]): z.ZodType<Mark> {
  const row = z.looseObject({ kind: z.enum(['from', 'null']), depth: count, held_rows: count });
  return row.transform(({ kind, depth, held_rows: rows, ...values }, { issues }): Mark => {
    const known = keys.slice(0, kind === 'null' ? depth - 1 : depth);
    const bounds = known.map((key, index): Bound => {
      const name = `key_${index + 1}`;
      const { data: text } = z.string().safeParse(values[name]);
      if (text !== undefined) return { text, literal: axisOf(key).literal(text) };
      issues.push({ code: 'custom', message: 'no text', path: [name], input: undefined });
      return { text: '', literal: '' };
    });
    return { kind, bounds, rows };
  });
}
