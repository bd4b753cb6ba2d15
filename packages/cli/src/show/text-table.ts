import { bold } from 'ansis';

import { terminalLine } from '../terminal/terminal-text.ts';
import { sharedPlace, tableNames, type NamedTable } from './table-names.ts';
import { padText, textWidth, truncateText } from '../terminal/text-width.ts';

export interface TextColumn {
  readonly title: string;
  /** Where the cells stand; numbers go right. */
  readonly align?: 'left' | 'right';
  /** Left out where the width is short, the highest first. Absent: always there. */
  readonly spare?: number;
}

type Row = readonly string[];

const leastFirst = 12;
/** A first cell that takes no more of the width is left whole, at the cost of spare columns. */
const wholeAtMost = 0.4;

/** A table for people. Spare columns give way where `width` is short, then the first one. */
export function formatTable(
  columns: readonly TextColumn[],
  cells: readonly Row[],
  width: number,
): readonly string[] {
  const rows = cells.map((row) => row.map(terminalLine));
  const first = widthsOf(columns, rows)[0] ?? 0;
  const least = first <= width * wholeAtMost ? first : leastFirst;
  return formatWhole(columns, rows, { kept: keptColumns(columns, rows, width, least), width });
}

/** The same of tables of a run, whose names are the first column: as long as there is room for. */
export function formatTables(
  columns: readonly TextColumn[],
  tables: readonly NamedTable[],
  cells: readonly Row[],
  width: number,
): readonly string[] {
  const all = [{ title: 'Table' }, ...columns];
  const rowsWith = (names: readonly string[]) =>
    cells.map((row, at) => [names[at] ?? '', ...row].map(terminalLine));
  const rows = rowsWith(tableNames(tables, leastFirst));
  const kept = keptColumns(all, rows, width, width / 2);
  const others = widthsOf(all, rows).filter((_, at) => at > 0 && kept.includes(at));
  const names = tableNames(tables, width - others.reduce((sum, one) => sum + one + 2, 0));
  const place = sharedPlace(tables, names);
  return [
    ...(place === '' ? [] : [terminalLine(place)]),
    ...formatWhole(all, rowsWith(names), { kept, width }),
  ];
}

/** What no row has is no column, and a spare one is none where `width` is short. */

function keptColumns(
  columns: readonly TextColumn[],
  rows: readonly Row[],
  width: number,
  first: number,
): readonly number[] {
  const widths = widthsOf(columns, rows);
  const told = (at: number): boolean => rows.some((row) => (row[at] ?? '') !== '');
  let kept = columns.flatMap((_, at) => (at === 0 || rows.length === 0 || told(at) ? [at] : []));
  const used = (): number =>
    kept.reduce(
      (sum, at) => sum + 2 + (at === 0 ? Math.min(widths[0] ?? 0, first) : (widths[at] ?? 0)),
      -2,
    );
  const spares = kept
    .filter((at) => columns[at]?.spare !== undefined)
    .toSorted((a, b) => (columns[b]?.spare ?? 0) - (columns[a]?.spare ?? 0));
  for (const spare of spares) {
    if (used() <= width) break;
    kept = kept.filter((at) => at !== spare);
  }
  return kept;
}

function widthsOf(columns: readonly TextColumn[], rows: readonly Row[]): readonly number[] {
  return columns.map(({ title }, at) =>
    Math.max(textWidth(title), ...rows.map((row) => textWidth(row[at] ?? ''))),
  );
}

function formatWhole(
  allColumns: readonly TextColumn[],
  allRows: readonly Row[],
  { kept, width }: { readonly kept: readonly number[]; readonly width: number },
): readonly string[] {
  const columns = kept.flatMap((at) => allColumns[at] ?? []);
  const rows = allRows.map((row) => kept.map((at) => row[at] ?? ''));
  const natural = widthsOf(columns, rows);
  const excess = natural.reduce((sum, one) => sum + one + 2, -2) - width;
  const widths = natural.map((one, index) =>
    index === 0 && excess > 0 ? Math.max(leastFirst, one - excess) : one,
  );
  const line = (cells: Row): string =>
    cells
      .map((cell, index) =>
        padText(
          truncateText(cell, widths[index] ?? 0),
          widths[index] ?? 0,
          columns[index]?.align ?? 'left',
        ),
      )
      .join('  ')
      .trimEnd();
  return [bold(line(columns.map(({ title }) => title))), ...rows.map(line)];
}

/** Columns of the terminal that stdout is; no limit where it is none, since a file loses nothing. */
export function outputWidth(): number {
  return process.stdout.columns ?? Number.POSITIVE_INFINITY;
}
