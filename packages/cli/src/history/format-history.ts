import { formatDuration, formatRows } from '../show/quantities.ts';
import { mergedWords } from '../show/run-report.ts';
import { formatTable, formatTables } from '../show/text-table.ts';
import { attributedCell, attributionNote, tells } from '../status/attributed.ts';
import { creditsCell, formatTime, noRuns } from '../status/format-status.ts';
import { wrapText } from '../terminal/text-width.ts';
import type { Comparison, HistoryView, RunOutcome, TableFigures } from './view-history.ts';

const columns = [
  { title: 'Run' },
  { title: 'Started' },
  { title: 'State' },
  { title: 'Time', align: 'right', spare: 1 },
  { title: 'Tables', align: 'right', spare: 2 },
  { title: 'Rows', align: 'right' },
  { title: 'Rows/s', align: 'right', spare: 3 },
  { title: 'Credits', align: 'right', spare: 4 },
  { title: 'Sources', spare: 5 },
] as const;

/** What was asked for stays; of the others as many as there is room for. */
const attributedColumns = [
  { title: 'Run' },
  { title: 'Started' },
  { title: 'State', spare: 1 },
  { title: 'Time', align: 'right', spare: 2 },
  { title: 'Tables', align: 'right', spare: 4 },
  { title: 'Rows', align: 'right', spare: 3 },
  { title: 'Rows/s', align: 'right', spare: 5 },
  { title: 'Credits', align: 'right' },
  { title: 'Attributed', align: 'right' },
  { title: 'Sources', spare: 6 },
] as const;

export function formatHistory(
  { runs, compared, attribution }: HistoryView,
  width: number,
): readonly string[] {
  if (runs.length === 0) return noRuns;
  const told = tells(attribution);
  const rows = runs.map((run) => outcomeRow(run, told));
  return [
    ...formatTable(told ? attributedColumns : columns, rows, width),
    ...attributionNote(attribution, width),
    ...(compared === undefined ? [] : ['', ...formatComparison(compared, width)]),
  ];
}

function outcomeRow(run: RunOutcome, told: boolean): readonly string[] {
  return [
    run.id,
    formatTime(run.startedAt),
    run.state,
    run.seconds === undefined ? '' : formatDuration(run.seconds),
    `${run.completedTables}/${run.tables}`,
    formatRows(run.rows),
    run.rowsPerSecond === undefined ? '' : formatRows(run.rowsPerSecond),
    creditsCell(run.credits),
    ...(told ? [attributedCell(run.attributed)] : []),
    run.sourceNames.join(', '),
  ];
}

const comparedColumns = [
  { title: 'Rows before', align: 'right' },
  { title: 'Rows after', align: 'right' },
  { title: 'Merged', spare: 4 },
  { title: 'Time before', align: 'right', spare: 2 },
  { title: 'Time after', align: 'right', spare: 1 },
  { title: 'Change', align: 'right', spare: 3 },
] as const;

function formatComparison({ before, after, tables }: Comparison, width: number) {
  const cells = tables.map((table) => [
    rowsOf(table.before),
    rowsOf(table.after),
    table.after?.merged === undefined ? '' : mergedWords(table.after.merged),
    timeOf(table.before),
    timeOf(table.after),
    changeOf(table.before, table.after),
  ]);
  return [
    ...wrapText(`${before} before, ${after} after`, width),
    ...formatTables(comparedColumns, tables, cells, width),
  ];
}

function rowsOf(figures: TableFigures | undefined): string {
  if (figures === undefined) return '–';
  return figures.status === 'completed' ? formatRows(figures.rows) : figures.status;
}

function timeOf(figures: TableFigures | undefined): string {
  return figures?.seconds === undefined ? '–' : formatDuration(figures.seconds);
}

/** Of the time; what took moments says nothing. */
function changeOf(before: TableFigures | undefined, after: TableFigures | undefined): string {
  const [from, to] = [before?.seconds, after?.seconds];
  if (from === undefined || to === undefined || Math.max(from, to) < 1) return '';
  const percent = Math.round((100 * (to - from)) / Math.max(from, 0.1));
  return percent === 0 ? '' : `${percent > 0 ? '+' : '−'}${Math.abs(percent)}%`;
}
