import {
  compareWatermarks,
  type ColumnPair,
  type NewestWatermark,
  type TableRef,
} from '@snowmelt/core';

import type { MemoryDatabase } from './memory-database.ts';

/** The highest value of the column, or where a run began that has left the table half loaded. */
export function newestWatermark(
  database: MemoryDatabase,
  ref: TableRef,
  { source, target }: ColumnPair,
): NewestWatermark {
  const unfinished = database.runs.unfinished(ref);
  if (unfinished !== undefined) {
    const { run, from } = unfinished;
    return { unfinished: run, ...(from === undefined ? {} : { value: from }) };
  }
  const values = database.rows(ref, [target]).flatMap(([field]) => field ?? []);
  const newest = values.toSorted((a, b) => compareWatermarks(source.type, a, b)).at(-1);
  return newest === undefined ? {} : { value: withoutOffset(newest) };
}

function withoutOffset(text: string): string {
  return text.replace(/(Z|\+00:00)$/, '');
}
