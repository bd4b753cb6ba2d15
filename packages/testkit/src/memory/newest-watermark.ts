import {
  compareWatermarks,
  type ColumnPair,
  type ColumnSchema,
  type NewestWatermark,
  type TableRef,
} from '@snowmelt/core';

import type { MemoryDatabase } from './memory-database.ts';
import type { TextRow } from './rows.ts';

/** The highest value of the column, or where a run began that has left the table half loaded. */
export function newestWatermark(
  database: MemoryDatabase,
  table: { readonly key: string; readonly target: TableRef },
  { source, target }: ColumnPair,
): NewestWatermark {
  const unfinished = database.runs.unfinished(table.target);
  if (unfinished !== undefined) {
    const { from, base } = unfinished.watermark ?? {};
    const rests = {
      ...(from === undefined ? {} : { from }),
      ...(base === undefined ? {} : { base }),
    };
    return { unfinished: { run: unfinished.run, ...rests } };
  }
  const value = newestOf(source, database.rows(table.target, [target]));
  if (value === undefined) return {};
  const read = database.runs.read(table.key, table.target);
  return { value, ...(read === undefined ? {} : { read }) };
}

/** As the text of a bound: in UTC, without an offset. */
export function newestOf({ type }: ColumnSchema, rows: readonly TextRow[]): string | undefined {
  const values = rows.flatMap(([field]) => field ?? []);
  const newest = values.toSorted((a, b) => compareWatermarks(type, a, b)).at(-1);
  return newest === undefined ? undefined : withoutOffset(newest);
}

function withoutOffset(text: string): string {
  return text.replace(/(Z|\+00:00)$/, '');
}
