import { z } from 'zod';

import type { TablePlan } from '@snowmelt/core';

import { readAnswer } from '../connect/read-answer.ts';
import { fromClause, whereClause } from '../sql/relation.ts';
import { allRows } from './key-range.ts';
import type { ChunkStrategy, PlannedRange } from './strategy.ts';

/** Each of them sorts the table up to its end, so few are better than many. */
const mostChunks = 16;

const answer = z.tuple([z.object({ total: z.string().regex(/^\d+$/u).transform(Number) })]);

/**
 * So many rows of an order, for keys that have no ranges. The order is total whether the key is
 * unique or not, which Snowflake does not enforce: the rendered line comes last in it, and rows
 * that are equal there are equal rows.
 */
export const offsetRanges: ChunkStrategy = {
  name: 'offset-ranges',
  suits: ({ table, order }) => order.length > 0 && table.extract === 'query',
  async ranges({ table, order, chunkRows }, ask, context) {
    const rows = await ask(countQuery(table), context);
    const [{ total }] = readAnswer(answer, rows, { about: `the number of rows of ${table.key}` });
    const size = Math.max(chunkRows, Math.ceil(total / mostChunks));
    if (total <= size) return [{ range: allRows, label: 'all', expectedRows: total }];
    const starts = Array.from({ length: Math.ceil(total / size) }, (_, index) => index * size);
    return starts.map((skip): PlannedRange => {
      const range = { keys: 'offset' as const, order: [...order], skip, take: size };
      const expectedRows = Math.min(size, total - skip);
      return { range, label: `row-${String(skip + 1)}`, expectedRows };
    });
  },
};

function countQuery(table: TablePlan): string {
  return `SELECT TO_VARCHAR(COUNT(*)) AS "TOTAL"
FROM ${fromClause(table)}
${whereClause(table)}`;
}
