import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { TextRow } from './rows.ts';

/**
 * Net changes from the rows of one snapshot to those of another, each row with `I` or `D` before
 * it. Equal rows are the same row; of one that is gone only the key is told.
 */
export function changesBetween(
  plan: TablePlan,
  before: readonly TextRow[],
  now: readonly TextRow[],
): readonly TextRow[] {
  const isKey = plan.columns.map(({ target }) => plan.keyColumns.includes(target));
  const gone = without(before, now);
  return [
    ...without(now, before).map((row) => ['I', ...row]),
    ...gone.map((row) => [
      'D',
      ...row.map((field, index) => (isKey[index] === true ? field : null)),
    ]),
  ];
}

/** Rows of the first that have no equal in the second, one for one. */
function without(rows: readonly TextRow[], others: readonly TextRow[]): readonly TextRow[] {
  const left = new Map<string, number>();
  for (const other of others) {
    const text = JSON.stringify(other);
    left.set(text, (left.get(text) ?? 0) + 1);
  }
  return rows.filter((row) => {
    const text = JSON.stringify(row);
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

/** The rows of a table after changes; `stored` in the order of `columns`. */
export function applyChanges(
  plan: TablePlan,
  columns: readonly string[],
  stored: readonly TextRow[],
  changes: readonly TextRow[],
): TextRow[] {
  const places = plan.columns.map(({ target }) => columns.indexOf(target));
  const keys = plan.keyColumns.map((name) => plan.columns.findIndex((at) => at.target === name));
  const keyOfChange = (row: TextRow) => JSON.stringify(keys.map((key) => row[key + 1] ?? null));
  const keyOf = (row: TextRow) => JSON.stringify(keys.map((key) => row[places[key] ?? -1] ?? null));
  const rows = new Map(stored.map((row) => [keyOf(row), row]));
  const come = new Map(
    changes.filter(([action]) => action === 'I').map((row) => [keyOfChange(row), row]),
  );
  if (come.size < changes.filter(([action]) => action === 'I').length) {
    throw new SnowmeltError('TARGET.ROW_REJECTED', 'a key is in several rows of the source');
  }
  for (const change of changes) if (change[0] === 'D') rows.delete(keyOfChange(change));
  const before = new Map(stored.map((row) => [keyOf(row), row]));
  for (const [key, change] of come) {
    const row = [...(before.get(key) ?? columns.map(() => null))];
    for (const [index, place] of places.entries()) row[place] = change[index + 1] ?? null;
    rows.set(key, row);
  }
  return [...rows.values()];
}
