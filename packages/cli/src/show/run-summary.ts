import type { RunSummary, TableSummary } from '@snowmelt/core';

import { formatBytes, formatDuration, formatRows } from './quantities.ts';
import { formatRef, verifiedWords } from './run-report.ts';
import { formatTable } from './text-table.ts';

const runColumns = [
  { title: 'Run' },
  { title: 'Status' },
  { title: 'Started' },
  { title: 'Time', align: 'right' },
  { title: 'Tables', align: 'right' },
  { title: 'Rows', align: 'right' },
  { title: 'Sources' },
] as const;

export function formatRuns(runs: readonly RunSummary[], width: number): readonly string[] {
  if (runs.length === 0) return ['There are no runs yet.'];
  const rows = runs.map((run) => [
    run.id,
    run.status,
    formatTime(run.startedAt),
    run.completedAt === undefined ? '' : formatSpan(run.startedAt, run.completedAt),
    `${run.tables.filter(({ status }) => status === 'completed').length}/${run.tables.length}`,
    formatRows(run.rows),
    run.sourceNames.join(', '),
  ]);
  return formatTable(runColumns, rows, width);
}

const tableColumns = [
  { title: 'Table' },
  { title: 'Status' },
  { title: 'Chunks', align: 'right' },
  { title: 'Failed', align: 'right' },
  { title: 'Rows', align: 'right' },
  { title: 'Size', align: 'right' },
  { title: 'Time', align: 'right' },
  { title: 'Verified' },
] as const;

export function formatRun(run: RunSummary, width: number): readonly string[] {
  const errors = run.tables.flatMap(({ source, error }) =>
    error === undefined ? [] : [`${formatRef(source)}: ${error}`],
  );
  return [
    `Run ${run.id}: ${run.status}, started ${formatTime(run.startedAt)}`,
    ...(run.error === undefined ? [] : [run.error]),
    '',
    ...formatTable(tableColumns, run.tables.map(tableRow), width),
    ...(errors.length === 0 ? [] : ['', ...errors]),
  ];
}

function tableRow(table: TableSummary): readonly string[] {
  const { startedAt, completedAt } = table;
  return [
    `${formatRef(table.source)} → ${formatRef(table.target)}`,
    table.status,
    `${formatRows(table.completedChunks)}/${formatRows(table.totalChunks)}`,
    formatRows(table.failedChunks),
    formatRows(table.rows),
    formatBytes(table.bytes),
    startedAt === undefined || completedAt === undefined ? '' : formatSpan(startedAt, completedAt),
    table.status === 'completed' ? verifiedWords(table) : '',
  ];
}

function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

function formatSpan(from: Date, to: Date): string {
  return formatDuration((to.getTime() - from.getTime()) / 1000);
}
