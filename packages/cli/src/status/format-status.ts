import { cyan, green, red, yellow } from 'ansis';

import { formatTrouble } from '../show/diagnosis.ts';
import {
  creditsFigure,
  formatBytes,
  formatCredits,
  formatDuration,
  formatRows,
} from '../show/quantities.ts';
import { formatRef, mergedWords, verifiedWords } from '../show/run-report.ts';
import { formatTable, formatTables } from '../show/text-table.ts';
import { wrapText } from '../terminal/text-width.ts';
import { attributedCell, attributedLines, attributionNote, tells } from './attributed.ts';
import type {
  AttributionView,
  RunStanding,
  RunStatusView,
  StatusView,
  TableStatusView,
} from './view-status.ts';

const runColumns = [
  { title: 'Run' },
  { title: 'State', spare: 1 },
  { title: 'Started' },
  { title: 'Time', align: 'right', spare: 4 },
  { title: 'Tables', align: 'right', spare: 3 },
  { title: 'Rows', align: 'right', spare: 2 },
] as const;
const sourcesColumn = { title: 'Sources', spare: 5 } as const;

/** Beside it what Snowflake attributes, where that was asked for. */
const creditColumns = [
  { title: 'Credits', align: 'right' },
  { title: 'Attributed', align: 'right' },
] as const;

export function formatRuns({ runs, attribution }: StatusView, width: number): readonly string[] {
  if (runs.length === 0) return noRuns;
  const told = tells(attribution);
  const rows = runs.map((run) => [
    run.id,
    run.state,
    formatTime(run.startedAt),
    timeOf(run),
    `${run.tables.filter(({ status }) => status === 'completed').length}/${run.tables.length}`,
    formatRows(run.rows),
    ...(told ? [creditsCell(run.credits), attributedCell(run.attributed)] : []),
    run.sourceNames.join(', '),
  ]);
  const columns = [...runColumns, ...(told ? creditColumns : []), sourcesColumn];
  return [...formatTable(columns, rows, width), ...attributionNote(attribution, width)];
}

/** Our own estimate. */
export function creditsCell(credits: number | undefined): string {
  return credits === undefined ? '' : creditsFigure(credits);
}

export const noRuns = ['There are no runs of this configuration yet; --all shows those of others.'];

const tableColumns = [
  { title: 'Status' },
  { title: 'Chunks', align: 'right', spare: 3 },
  { title: 'Failed', align: 'right', spare: 5 },
  { title: 'Rows', align: 'right' },
  { title: 'Size', align: 'right', spare: 6 },
  { title: 'Rate', align: 'right', spare: 4 },
  { title: 'Left', align: 'right', spare: 1 },
  { title: 'Time', align: 'right', spare: 2 },
  { title: 'Verified', spare: 7 },
] as const;

/** A run for people: who has it, how far it is, what failed and what to do. */
export function formatRun(
  run: RunStatusView,
  width: number,
  attribution?: AttributionView,
): readonly string[] {
  const wide = Math.min(width, 200);
  // Of a run that is over nothing is to be mended; why it ended so is told all the same.
  const { troubles = [] } = run;
  const over = troubles.length === 0;
  const failures = over ? run.tables.flatMap((table) => formatFailed(table, wide)) : [];
  const own = !over || run.error === undefined || failures.length > 0 ? [] : [run.error];
  const head = [
    `Run ${run.id}: ${paint[run.state](run.state)}, started ${formatTime(run.startedAt)}`,
    ...ownerLines(run),
    ...workerLines(run),
    ...totalsLines(run),
  ];
  return [
    ...head.flatMap((line) => wrapText(line, wide)),
    ...attributedLines(run.attributed, attribution, wide),
    ...own.flatMap((text) => wrapText(text, wide)),
    '',
    ...formatTables(tableColumns, run.tables, run.tables.map(cellsOf), width),
    ...run.tables.flatMap(({ source, merged }) =>
      merged === undefined ? [] : wrapText(`${formatRef(source)}: ${mergedWords(merged)}`, wide),
    ),
    ...(failures.length === 0 ? [] : ['', ...failures]),
    ...troubles.flatMap((trouble) => ['', ...formatTrouble(trouble, wide)]),
  ];
}

function ownerLines(run: RunStatusView): readonly string[] {
  if (run.host === undefined) return [];
  const pid = run.pid === undefined ? '' : `, pid ${run.pid}`;
  const resumed = run.resumed ? ', resumed' : '';
  const going = run.state === 'running';
  const sign =
    run.secondsSinceSign === undefined || (run.completedAt !== undefined && !going)
      ? ''
      : `, last sign of life ${formatDuration(run.secondsSinceSign)} ago`;
  return [`${going ? 'by' : 'was run by'} ${run.host}${pid}${resumed}${sign}`];
}

/** Longer than this without a sign is not at work any more: one is given every ten seconds. */
const silentAfter = 60;

/** Who else is at work, and what is waited for. */
function workerLines({ workers, state }: RunStatusView): readonly string[] {
  if (state !== 'running') return [];
  return workers
    .filter(
      ({ endedAt, isOwner, waitsFor }) =>
        endedAt === undefined && (!isOwner || waitsFor !== undefined),
    )
    .map(({ host, pid, isOwner, waitsFor, secondsSinceSeen, waitsSince, lastSeenAt }) => {
      const who = isOwner ? '  it' : `  worker ${host}, pid ${pid},`;
      if (secondsSinceSeen > silentAfter) {
        return `${who} gave its last sign of life ${formatDuration(secondsSinceSeen)} ago`;
      }
      if (waitsFor === undefined) return `${who} is at work`;
      const waited = waitsSince === undefined ? 0 : lastSeenAt.getTime() - waitsSince.getTime();
      const long = secondsSinceSeen + waited / 1000;
      return yellow(`${who} has waited ${formatDuration(long)} for: ${waitsFor}`);
    });
}

function totalsLines(run: RunStatusView): readonly string[] {
  const done = run.tables.filter(({ status }) => status === 'completed').length;
  const left =
    run.secondsLeft === undefined ? [] : [`about ${formatDuration(run.secondsLeft)} left`];
  const rate = run.rowsPerSecond === undefined ? [] : [`${formatRows(run.rowsPerSecond)} rows/s`];
  const parts = [
    `${done} of ${run.tables.length} tables`,
    `${formatRows(run.rows)} rows`,
    ...(run.limit === undefined ? [] : [`${formatRows(run.limit)} of each table at most`]),
    ...rate,
    ...left,
    ...(run.completedAt === undefined ? [] : [timeOf(run)]),
    ...(run.credits === undefined ? [] : [formatCredits(run.credits)]),
  ];
  return [parts.join(', ')];
}

function formatFailed(table: TableStatusView, width: number): readonly string[] {
  const { error, fix, source, status } = table;
  if (error === undefined) return [];
  const name = formatRef(source);
  const text = status === 'failed' ? `${red(name)}: ${error}` : `${name}: ${error}`;
  return [
    ...wrapText(text, width),
    ...(fix === undefined ? [] : wrapText(`  ${cyan('Fix:')} ${fix}`, width)),
  ];
}

function cellsOf(table: TableStatusView): readonly string[] {
  const { rowsPerSecond, secondsLeft } = table;
  return [
    table.status,
    `${formatRows(table.completedChunks)}/${formatRows(table.totalChunks)}`,
    table.failedChunks === 0 ? '' : formatRows(table.failedChunks),
    formatRows(table.rows),
    formatBytes(table.bytes),
    rowsPerSecond === undefined ? '' : `${formatRows(rowsPerSecond)}/s`,
    secondsLeft === undefined ? '' : formatDuration(secondsLeft),
    timeOf(table),
    table.status === 'completed' ? verifiedWords(table) : '',
  ];
}

function timeOf({ startedAt, completedAt }: { startedAt?: Date; completedAt?: Date }): string {
  return startedAt === undefined || completedAt === undefined
    ? ''
    : formatDuration((completedAt.getTime() - startedAt.getTime()) / 1000);
}

export function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

const paint: Readonly<Record<RunStanding, (text: string) => string>> = {
  running: cyan,
  dead: red,
  stopped: yellow,
  superseded: yellow,
  completed: green,
  limited: yellow,
  partial: yellow,
  failed: red,
};
