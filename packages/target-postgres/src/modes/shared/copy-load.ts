import type { TablePlan } from '@snowmelt/core';

import { appendAround } from '../../quarantine/append-around.ts';
import { copyRows } from '../../quarantine/chunk-work.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';
import type { ChunkLoad } from './mode.ts';

/** Chunks are COPYed as they come: into the table, or into a place beside it. */
export function copyLoad(place: (table: TablePlan) => string) {
  return {
    place,
    fields: columnsOf,
    ways: () => [{ put: ({ table, copyInto }) => copyInto(place(table)) }],
    rejects: {
      around: (work) => appendAround(work, place(work.table)),
      // By then the rows of the run are in the table.
      again: async (work) => (rows) => copyRows(work, targetOf(work.table), rows),
    },
  } satisfies ChunkLoad;
}

export function targetOf({ target }: TablePlan): string {
  return quoteTable(target);
}

export function columnsOf({ columns }: TablePlan): readonly string[] {
  return columns.map(({ target }) => target);
}
