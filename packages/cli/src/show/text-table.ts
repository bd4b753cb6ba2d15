import { bold } from 'ansis';

import { terminalLine } from '../terminal/terminal-text.ts';
import { padText, textWidth, truncateText } from './text-width.ts';

export interface TextColumn {
  readonly title: string;
  /** Where the cells stand; numbers go right. */
  readonly align?: 'left' | 'right';
}

/** A table for people. The first column gives way where `width` is short. */
export function formatTable(
  columns: readonly TextColumn[],
  cells: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const rows = cells.map((row) => row.map(terminalLine));
  const natural = columns.map(({ title }, index) =>
    Math.max(textWidth(title), ...rows.map((row) => textWidth(row[index] ?? ''))),
  );
  const excess = natural.reduce((sum, one) => sum + one + 2, -2) - width;
  const widths = natural.map((one, index) =>
    index === 0 && excess > 0 ? Math.max(12, one - excess) : one,
  );
  const line = (row: readonly string[]): string =>
    row
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
