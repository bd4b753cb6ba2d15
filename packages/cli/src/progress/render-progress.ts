import { bold, cyan, dim, green, red, yellow } from 'ansis';

import { formatBytes, formatDuration, formatRows } from '../show/quantities.ts';
import { terminalLine } from '../terminal/terminal-text.ts';
import { sharedPlace, tableNames, widest } from '../show/table-names.ts';
import { padText, truncateText } from '../terminal/text-width.ts';
import {
  isEnded,
  rateOf,
  secondsLeft,
  type Progress,
  type TablePhase,
  type TableProgress,
} from './progress-state.ts';

export interface View {
  /** Columns and lines of the terminal. */
  readonly width: number;
  readonly height: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Widths of what stands behind a name; the last ones go first where the terminal is narrow. */
const cellWidths = [11, 15, 6, 14, 10, 12] as const;
const leastName = 24;

/** One line a table and a line of totals; never wider or higher than the terminal. */
export function renderProgress(progress: Progress, view: View): readonly string[] {
  const tables = [...progress.tables.values()];
  const waiting = waitLines(progress, view);
  const { names, place, cells } = layout(tables, view);
  const room = Math.max(1, view.height - 3 - waiting.length - place.length);
  const shown = tables.length <= room ? tables : mostTelling(tables, room);
  const hidden = tables.filter((table) => !shown.includes(table));
  const left = view.width - cells.reduce<number>((sum, width) => sum + width + 1, 2);
  const named = shown.map((table) => [table, names.get(table) ?? ''] as const);
  const nameWidth = Math.max(4, Math.min(widest(named.map(([, name]) => name)), left));
  return [
    ...place,
    ...named.map(([table, name]) => tableLine(table, view, { name, nameWidth, cells })),
    ...(hidden.length === 0 ? [] : [hiddenLine(hidden, view.width)]),
    ...waiting,
    totalsLine(progress, tables, view),
  ];
}

/** Lines fewer than these are too few to say what the names have in common. */
const fewLines = 12;

/** What stands in a line; the same for all tables, whichever are shown. */
function layout(tables: readonly TableProgress[], view: View) {
  const short = widest(tableNames(tables, leastName));
  const cells = cellsThatFit(view.width, Math.min(leastName, short));
  const left = view.width - cells.reduce<number>((sum, width) => sum + width + 1, 2);
  const all = tableNames(tables, left);
  const shared = sharedPlace(tables, all);
  const place = shared === '' || view.height < fewLines ? [] : [`  ${shared}`];
  return {
    names: new Map(tables.map((table, at) => [table, all[at] ?? ''])),
    place: place.map((text) => dim(truncateText(text, view.width))),
    cells,
  };
}

function cellsThatFit(width: number, names: number): readonly number[] {
  const cells: number[] = [];
  let left = width - 2 - names;
  for (const cell of cellWidths) {
    left -= cell + 1;
    if (left < 0) break;
    cells.push(cell);
  }
  return cells;
}

function tableLine(
  table: TableProgress,
  view: View,
  { name, nameWidth, cells }: { name: string; nameWidth: number; cells: readonly number[] },
): string {
  const texts = cellTexts(table, view.now);
  const padded = padText(truncateText(terminalLine(name), nameWidth), nameWidth, 'left');
  const state = cells.map((width, index) =>
    padText(truncateText(texts[index] ?? '', width), width, index === 0 ? 'left' : 'right'),
  );
  const plain = [padded, ...state].join(' ').trimEnd();
  return `${marks[table.phase]} ${truncateText(plain, view.width - 2)}`;
}

function cellTexts(table: TableProgress, now: number): readonly string[] {
  const rows = table.phase === 'waiting' ? '' : `${formatRows(table.rows)} rows`;
  const base = [table.phase, rows, percent(table)];
  if (table.seconds !== undefined) {
    const seconds = Math.max(table.seconds, 0.001);
    return [
      ...base,
      ...rateTexts(table.rows / seconds, table.bytes / seconds),
      formatDuration(seconds),
    ];
  }
  const rate = rateOf(table, now);
  return rate.rows === 0
    ? base
    : [...base, ...rateTexts(rate.rows, rate.bytes), left(table, rate.rows)];
}

function rateTexts(rows: number, bytes: number): readonly string[] {
  return [`${formatRows(rows)} rows/s`, `${formatBytes(bytes)}/s`];
}

/** 100% is said of an end only. */
function percent(table: TableProgress): string {
  if (table.phase === 'completed') return '100%';
  if (table.expected === undefined || table.expected.rows === 0 || table.rows === 0) return '';
  const part = Math.min(99, Math.floor((100 * table.rows) / table.expected.rows));
  return table.expected.exact ? `${part}%` : `~${part}%`;
}

function left(table: TableProgress, rowsPerSecond: number): string {
  const missing = (table.expected?.rows ?? 0) - table.rows;
  return missing <= 0 ? '' : `${formatDuration(missing / rowsPerSecond)} left`;
}

const order: Readonly<Record<TablePhase, number>> = {
  failed: 0,
  loading: 1,
  reconciling: 1,
  publishing: 1,
  verifying: 1,
  planning: 2,
  waiting: 3,
  stopped: 4,
  completed: 5,
  skipped: 6,
};

function mostTelling(tables: readonly TableProgress[], room: number): readonly TableProgress[] {
  const kept = tables.toSorted((a, b) => order[a.phase] - order[b.phase]).slice(0, room - 1);
  return tables.filter((table) => kept.includes(table));
}

function hiddenLine(hidden: readonly TableProgress[], width: number): string {
  const counts = Map.groupBy(hidden, ({ phase }) => phase);
  const parts = [...counts].map(([phase, tables]) => `${tables.length} ${phase}`);
  return dim(truncateText(`  … and ${parts.join(', ')}`, width));
}

function waitLines({ settlesAt = 0, waitsFor }: Progress, { now, width }: View): readonly string[] {
  const wait = waitsFor?.();
  const left = formatDuration((settlesAt - now) / 1000);
  return [
    ...(settlesAt <= now ? [] : [`  waiting ${left} until every earlier commit is seen`]),
    ...(wait === undefined ? [] : [`  waiting for ${wait}`]),
  ].map((text) => dim(truncateText(text, width)));
}

function totalsLine(progress: Progress, tables: readonly TableProgress[], view: View): string {
  const sum = (pick: (table: TableProgress) => number): number =>
    tables.reduce((total, table) => total + pick(table), 0);
  const done = tables.filter(({ phase }) => isEnded(phase)).length;
  const rate = sum((table) => rateOf(table, view.now).rows);
  const left = secondsLeft(tables, view.now);
  const parts = [
    `${done}/${tables.length} tables`,
    `${formatRows(sum(({ rows }) => rows))} rows`,
    formatBytes(sum(({ bytes }) => bytes)),
    ...(rate === 0 ? [] : [`${formatRows(rate)} rows/s`]),
    formatDuration((view.now - progress.startedAt) / 1000),
    ...(left === undefined ? [] : [`about ${formatDuration(left)} left`]),
    ...(progress.resumed ? ['resumed'] : []),
    ...(progress.stopping ? ['stopping'] : []),
  ];
  return bold(truncateText(parts.join(' · '), view.width));
}

const marks: Readonly<Record<TablePhase, string>> = {
  waiting: dim('·'),
  planning: cyan('◦'),
  loading: cyan('▸'),
  reconciling: cyan('▸'),
  publishing: cyan('▸'),
  verifying: cyan('▸'),
  completed: green('✔'),
  skipped: green('✔'),
  stopped: yellow('■'),
  failed: red('✘'),
};
