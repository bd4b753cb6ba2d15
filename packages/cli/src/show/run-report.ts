import {
  limitedNote,
  visible,
  type MergedRows,
  type RunReport,
  type TableRef,
  type TableReport,
} from '@snowmelt/core';
import { dim, green, red, yellow } from 'ansis';

import { formatFailure, viewFailure, type FailureView } from '../failure/show-failure.ts';
import { formatFindings } from './findings.ts';
import { formatBytes, formatCredits, formatDuration, formatRows } from './quantities.ts';
import { formatTables } from './text-table.ts';
import { wrapText } from '../terminal/text-width.ts';

export interface TableView extends Omit<TableReport, 'error'> {
  readonly error?: FailureView;
}

/** What `snowmelt run --json` prints. */
export interface RunView extends Omit<RunReport, 'tables' | 'stoppedBy'> {
  readonly stoppedBy?: FailureView;
  readonly tables: readonly TableView[];
}

export function viewReport(report: RunReport): RunView {
  const { stoppedBy, ...rest } = report;
  const stop = stoppedBy === undefined ? undefined : viewFailure(stoppedBy, 'snowmelt');
  return {
    ...rest,
    ...(stop === undefined ? {} : { stoppedBy: stop }),
    tables: report.tables.map(viewTable),
  };
}

function viewTable({ error, ...table }: TableReport): TableView {
  const failure = error === undefined ? undefined : viewFailure(error, 'snowmelt');
  return failure === undefined ? table : { ...table, error: failure };
}

const columns = [
  { title: 'Status' },
  { title: 'Rows', align: 'right' },
  { title: 'Size', align: 'right', spare: 2 },
  { title: 'Chunks', align: 'right', spare: 4 },
  { title: 'Time', align: 'right', spare: 1 },
  { title: 'Verified', spare: 3 },
] as const;

const rejectedColumn = { title: 'Refused', align: 'right' } as const;

/** Refused rows have a column where there are some. */
export function formatRunReport(report: RunView, width: number): readonly string[] {
  const refused = report.rejected > 0;
  const [status, rowsColumn, ...others] = columns;
  const shown = [status, rowsColumn, ...(refused ? [rejectedColumn] : []), ...others];
  const rows = report.tables.map((table) => [
    table.status,
    formatRows(table.rows),
    ...(refused ? [formatRows(table.rejected)] : []),
    formatBytes(table.bytes),
    formatRows(table.chunks),
    formatDuration(table.seconds),
    verifiedWords(table),
  ]);
  const notices = report.tables.flatMap(({ source, merged, notices }) =>
    [...(merged === undefined ? [] : [mergedWords(merged)]), ...notices].map((notice) =>
      dim(`${formatRef(source)}: ${notice}`),
    ),
  );
  const told = [...notices, ...report.tables.flatMap(({ findings }) => formatFindings(findings))];
  const end = report.limit === undefined ? [] : [yellow(limitedNote(report.limit))];
  return [
    ...formatTables(shown, report.tables, rows, width),
    ...[...(told.length === 0 ? [] : ['', ...told]), '', ...end, totals(report)].flatMap((line) =>
      wrapText(line, width),
    ),
  ];
}

/** Why tables failed: for stderr, as every failure. */
export function formatRunFailures(report: RunView): readonly string[] {
  const failures = [report.stoppedBy, ...report.tables.map(({ error }) => error)];
  return failures.flatMap((error) => (error === undefined ? [] : formatFailure(error)));
}

/** What rows have made of those that were there. */
export function mergedWords({ inserted, updated, unchanged, deleted }: MergedRows): string {
  return [
    `${formatRows(inserted)} inserted`,
    `${formatRows(updated)} updated`,
    ...(unchanged === undefined ? [] : [`${formatRows(unchanged)} unchanged`]),
    ...(deleted === 0 ? [] : [`${formatRows(deleted)} deleted`]),
  ].join(', ');
}

/** How a table was compared with its source; `no`: it was not, or not all of it. */
export function verifiedWords({ verification }: Pick<TableReport, 'verification'>): string {
  if (verification === undefined) return 'no';
  const { by, leftOut = [] } = verification;
  if (by === 'count') return 'yes, count';
  const left = leftOut.length === 1 ? '1 column' : `${leftOut.length} columns`;
  return leftOut.length === 0 ? 'yes, digest' : `yes, digest without ${left}`;
}

export function formatRef({ database, schema, name }: TableRef): string {
  return visible(`${database}.${schema}.${name}`);
}

function totals(report: RunView): string {
  const paint = { completed: green, partial: yellow, failed: red };
  return [
    `Run ${report.run}${report.resumed ? ' (resumed)' : ''}: ${paint[report.status](report.status)}`,
    `${formatRows(report.rows)} rows`,
    ...(report.rejected === 0 ? [] : [yellow(`${formatRows(report.rejected)} refused`)]),
    formatBytes(report.bytes),
    formatDuration(report.seconds),
    ...(report.credits === undefined ? [] : [formatCredits(report.credits)]),
  ].join(', ');
}
