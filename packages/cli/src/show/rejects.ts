import { visible, type RejectedRow, type RejectGroup, type RetriedTable } from '@snowmelt/core';
import { dim, green, yellow } from 'ansis';

import { formatRows } from './quantities.ts';
import { formatRef } from './run-report.ts';
import { formatTable } from './text-table.ts';
import { truncateText } from '../terminal/text-width.ts';

const none = ['No refused row is waiting.'];

const groupColumns = [
  { title: 'Table' },
  { title: 'Rows', align: 'right' },
  { title: 'SQLSTATE' },
  { title: 'Column' },
  { title: 'Reason' },
  { title: 'State' },
  { title: 'Run' },
] as const;

export function formatRejectGroups(
  groups: readonly RejectGroup[],
  width: number,
): readonly string[] {
  if (groups.length === 0) return none;
  const rows = groups.map((group) => [
    formatRef(group.target),
    formatRows(group.rows),
    group.code,
    group.column ?? '–',
    visible(group.reason),
    group.state,
    group.run,
  ]);
  return formatTable(groupColumns, rows, width);
}

/** Two lines a row: why, and what it is. */
export function formatRejectedRows(rows: readonly RejectedRow[], width: number): readonly string[] {
  if (rows.length === 0) return none;
  return rows.flatMap((row) => [
    `${yellow(row.code)} ${formatRef(row.target)}${placeOf(row)}: ${visible(row.message)}`,
    dim(truncateText(`  ${visible(row.row)}`, width)),
  ]);
}

function placeOf({ id, chunk, rowInChunk, column, state }: RejectedRow): string {
  const parts = [
    `row ${id}`,
    `chunk ${chunk}${rowInChunk === undefined ? '' : `, line ${rowInChunk}`}`,
    ...(column === undefined ? [] : [`column ${column}`]),
    ...(state === 'open' ? [] : [state]),
  ];
  return ` (${parts.join('; ')})`;
}

export function formatRetried({ target, run, busy, loaded, left }: RetriedTable): string {
  const name = `${formatRef(target)} (run ${run})`;
  if (busy) return `${yellow('–')} ${name}: a run is loading it; it was left alone`;
  const counts = `${formatRows(loaded)} loaded, ${formatRows(left)} left`;
  return `${left === 0 ? green('✔') : yellow('!')} ${name}: ${counts}`;
}
