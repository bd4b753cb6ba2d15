import { type DeleteMissing, deleteMissingOf, SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { TextRow } from './rows.ts';

export interface Removed {
  readonly kept: TextRow[];
  readonly counted: { readonly rows: number; readonly restored: number };
}

interface Stored {
  readonly columns: readonly string[];
  readonly rows: readonly TextRow[];
  /** Of the whole source, in the order of the plan's columns. */
  readonly keys: readonly TextRow[];
}

/** What is left of a table's rows when those that the source lacks are deleted or marked. */
export function removeMissing(plan: TablePlan, stored: Stored): Removed {
  const missing = deleteMissingOf(plan);
  if (missing === undefined) throw new RangeError(`${plan.key} keeps what is missing`);
  const { columns, rows, keys } = stored;
  const held = new Set(keys.map((key) => JSON.stringify(key)));
  const indexes = plan.columns
    .filter(({ target }) => plan.keyColumns.includes(target))
    .map(({ target }) => columns.indexOf(target));
  const isHeld = (row: TextRow): boolean =>
    held.has(JSON.stringify(indexes.map((index) => row[index] ?? null)));
  const removed =
    missing.how === 'hard'
      ? sweep(rows, isHeld)
      : mark(rows, isHeld, markOf(plan, missing, columns));
  const stands = removed.kept.some((row) => missing.how === 'hard' || isHeld(row));
  if (removed.counted.rows > 0 && !stands) {
    throw new SnowmeltError('TARGET.DELETES_ALL', 'the source has the key of no row');
  }
  return removed;
}

function sweep(rows: readonly TextRow[], isHeld: (row: TextRow) => boolean): Removed {
  const kept = rows.filter(isHeld);
  return { kept, counted: { rows: rows.length - kept.length, restored: 0 } };
}

interface Mark {
  readonly index: number;
  readonly at: string;
}

function mark(
  rows: readonly TextRow[],
  isHeld: (row: TextRow) => boolean,
  { index, at }: Mark,
): Removed {
  const counted = { rows: 0, restored: 0 };
  const kept = rows.map((row): TextRow => {
    const [held, marked] = [isHeld(row), (row[index] ?? null) !== null];
    if (held !== marked) return row;
    counted[held ? 'restored' : 'rows'] += 1;
    return row.with(index, held ? null : at);
  });
  return { kept, counted };
}

function markOf(
  { snapshot, key }: TablePlan,
  { column }: Extract<DeleteMissing, { how: 'soft' }>,
  columns: readonly string[],
): Mark {
  if (!snapshot.pinned) throw new RangeError(`${key} is not read at a snapshot`);
  return { index: columns.indexOf(column), at: snapshot.at };
}
