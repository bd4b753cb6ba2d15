import {
  compareWatermarks,
  hidesDigits,
  modeTraits,
  SnowmeltError,
  type TablePlan,
  watermarkOf,
} from '@snowmelt/core';

import type { TextRow } from './rows.ts';

/**
 * The rows of a table after a batch of `upsert` or `insert-only`; all rows in the order of
 * `columns`. Of a batch's rows with the same key the newest counts, among equals the last.
 */
export function mergeRows(
  plan: TablePlan,
  columns: readonly string[],
  stored: readonly TextRow[],
  batch: readonly TextRow[],
): TextRow[] {
  const keyOf = keyReader(plan, columns);
  const merged = new Map(stored.map((row) => [keyOf(row), row]));
  if (merged.size < stored.length) throw refused('stored keys are not unique');
  for (const [key, row] of newestOf(plan, columns, batch)) {
    const old = merged.get(key);
    if (old === undefined || takesPlace(plan, columns, row, old)) merged.set(key, row);
  }
  return [...merged.values()];
}

function newestOf(plan: TablePlan, columns: readonly string[], batch: readonly TextRow[]) {
  const keyOf = keyReader(plan, columns);
  const newest = new Map<string, TextRow>();
  for (const row of batch) {
    const other = newest.get(keyOf(row));
    if (other === undefined || compareRows(plan, columns, row, other) >= 0) {
      newest.set(keyOf(row), row);
    }
  }
  return newest;
}

function takesPlace(plan: TablePlan, columns: readonly string[], row: TextRow, old: TextRow) {
  if (modeTraits[plan.mode].leavesRows) return false;
  const watermark = watermarkOf(plan);
  if (watermark === undefined) return true;
  const { target } = watermark.column;
  if (old[columns.indexOf(target)] === null) return true;
  const compared = compareRows(plan, columns, row, old);
  return hidesDigits(watermark.column) ? compared >= 0 : compared > 0;
}

/** By watermark, NULL being the oldest; without a watermark all rows are equal. */
function compareRows(
  plan: TablePlan,
  columns: readonly string[],
  one: TextRow,
  other: TextRow,
): number {
  const watermark = watermarkOf(plan);
  if (watermark === undefined) return 0;
  const { source, target } = watermark.column;
  const index = columns.indexOf(target);
  const [a, b] = [one[index] ?? null, other[index] ?? null];
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareWatermarks(source.type, a, b);
}

function keyReader({ keyColumns }: TablePlan, columns: readonly string[]) {
  const indexes = keyColumns.map((name) => columns.indexOf(name));
  return (row: TextRow): string => {
    const fields = indexes.map((index) => row[index] ?? null);
    if (fields.includes(null)) throw refused('a row has a NULL in its key');
    return JSON.stringify(fields);
  };
}

function refused(message: string): SnowmeltError {
  return new SnowmeltError('TARGET.ROW_REJECTED', message);
}
