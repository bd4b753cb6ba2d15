import type { LoadMode, NextStep, ReadCost } from '@snowmelt/core';
import { bold, dim, green, red, yellow } from 'ansis';

import { formatFailure } from '../failure/show-failure.ts';
import { formatFindings } from '../show/findings.ts';
import { formatBytes, formatDuration, formatRows } from '../show/quantities.ts';
import { formatRef } from '../show/run-report.ts';
import { widest } from '../show/table-names.ts';
import { padText, textWidth, wrapText } from '../terminal/text-width.ts';
import type { ChunkCount } from './plan-tables.ts';
import type { TablePlanView } from './plan-view.ts';

/** A few lines a table, none of them wider than `width`. */
export function formatTablePlan(table: TablePlanView, width: number): readonly string[] {
  const mark = table.refused ? red('✘') : green('✔');
  const told = [
    ...formatFindings(table.findings),
    ...table.notices.map((notice) => dim(notice)),
    ...(table.error === undefined ? [] : formatFailure(table.error)),
  ];
  return [
    ...wrapText(
      `${mark} ${bold(`${formatRef(table.source)} → ${formatRef(table.target)}`)}`,
      width,
    ),
    ...[...(table.next === undefined ? [] : [nextText(table.next)]), ...planLines(table)]
      .map((line) => `    ${line}`)
      .flatMap((line) => wrapText(line, width)),
    ...columnLines(table, width).map(dim),
    ...told.flatMap((line) => wrapText(`    ${line}`, width)),
    '',
  ];
}

export function nextText({ run, does, because }: NextStep): string {
  const texts: Readonly<Record<NextStep['does'], string>> = {
    resume: `goes on in run ${run}, at its snapshot`,
    replan: `goes on in run ${run}, at its snapshot, from its beginning`,
    retry: `tried once more in run ${run}, and read anew at a new snapshot if it fails again`,
    anew: `read anew at a new snapshot, after run ${run}`,
    done: `not read again: run ${run} is ended first`,
    later: `loaded by the run after ${run}, which is ended first`,
  };
  return `${texts[does]}: ${because}`;
}

/** For people: what becomes of rows, and of a size that the catalog does not tell. */
const modes: Readonly<Record<LoadMode, { readonly does: string; readonly unsized?: string }>> = {
  append: { does: 'adds rows (append)' },
  truncate: { does: 'replaces all rows (truncate)' },
  swap: { does: 'replaces all rows at the end (swap)' },
  upsert: { does: 'adds rows and replaces those with the same key (upsert)' },
  changes: { does: 'applies what has changed (changes)', unsized: 'counted as it is read' },
  'insert-only': { does: 'adds rows whose key is not there (insert-only)' },
};

function planLines(table: TablePlanView): readonly string[] {
  const { snapshot, extract } = table;
  if (snapshot === undefined) return [];
  return [
    `${table.creates === true ? 'creates the table' : modes[table.mode].does}; ${sizeOf(table)}`,
    `read by ${extract}, ${snapshot.pinned ? `as of ${snapshot.at}` : 'not at one point in time'}`,
    ...(table.chunks === undefined ? [] : [chunkText(table.chunks, extract)]),
    ...(table.cost === undefined ? [] : [costText(table.cost)]),
    ...timeLines(table),
    ...indexLines(table),
    ...policyLines(table),
  ];
}

function timeLines({ seconds, earlier }: TablePlanView): readonly string[] {
  if (earlier === undefined || seconds === undefined) return [];
  const rate = `${formatRows(earlier.rows / earlier.seconds)} rows/s`;
  return [`about ${formatDuration(seconds)} at ${rate}, as in run ${earlier.run}`];
}

const pieceWords = {
  away: 'dropped for the load and rebuilt after it',
  anew: 'built anew with the table that takes its place',
  stays: 'stays',
} as const;

/** Those that share a fate on one line. */
function indexLines({ indexes = [] }: TablePlanView): readonly string[] {
  const fates = Map.groupBy(indexes, ({ becomes, why }) =>
    why === undefined ? pieceWords[becomes] : `${pieceWords[becomes]}, since ${why}`,
  );
  return [...fates].map(([fate, pieces]) => {
    const names = pieces.map(({ name, kind }) => (kind === 'index' ? name : `${kind} ${name}`));
    return `${fate}: ${names.join(', ')}`;
  });
}

function policyLines(table: TablePlanView): readonly string[] {
  const { policies } = table;
  if (policies === undefined) return [];
  if ('unknown' in policies) return [`policies of the source are not known: ${policies.unknown}`];
  if (policies.length === 0) return ['no policy on the source that the role may see'];
  return policies.map(({ kind, name, column }) => {
    const what = `${kind} policy ${name}${column === undefined ? '' : ` on ${column}`}`;
    if (kind !== 'row access') return `${what}: values are read as the role sees them`;
    const gone = removesUnseen(table) ? '; a change of it makes this run remove or mark rows' : '';
    return yellow(`${what}: rows that it hides from the role are not read${gone}`);
  });
}

/** Rows that the source no longer shows do not stay. */
export function removesUnseen({ mode, deleteMissing }: TablePlanView): boolean {
  return mode === 'swap' || mode === 'truncate' || deleteMissing !== undefined;
}

/** Where the pairs of a table can't stand beside each other. */
function oneOrTwo(from: string, to: string, room: number): readonly string[] {
  const line = `${from} ${to}`;
  return textWidth(line) <= room ? [line] : [from, `  ${to}`];
}

const columnMargin = ' '.repeat(6);
/** What a VARCHAR without a length has (docs.snowflake.com, "String & binary data types"). */
const longestText = 'VARCHAR(16777216)';

function columnLines(
  { columns = [], leftOut = [], unfed = [] }: TablePlanView,
  width: number,
): readonly string[] {
  const typed = columns.map(({ source, type, target, targetType, becomes, added }) => {
    const into = targetType ?? becomes;
    const words = [
      ...(into === undefined ? [] : [into]),
      ...(becomes === undefined || becomes === targetType ? [] : [`(${becomes})`]),
      ...(added === true ? ['(added)'] : []),
    ];
    const from = [source, type.replace(longestText, 'VARCHAR')].join(' ');
    return [from, `→ ${[target, ...words].join(' ')}`] as const;
  });
  const room = width - columnMargin.length;
  const left = widest(typed.map(([from]) => from));
  const beside = typed.every(([, to]) => left + 1 + textWidth(to) <= room);
  const others = [
    ...(leftOut.length === 0 ? [] : [`not copied: ${leftOut.join(', ')}`]),
    ...(unfed.length === 0 ? [] : [`not fed in the target: ${unfed.join(', ')}`]),
  ];
  return [
    ...typed.flatMap(([from, to]) =>
      beside ? [`${padText(from, left, 'left')} ${to}`] : oneOrTwo(from, to, room),
    ),
    ...others,
  ].flatMap((line) => wrapText(`${columnMargin}${line}`, width));
}

function sizeOf({ mode, estimatedRows, estimatedBytes }: TablePlanView): string {
  const { unsized = 'size unknown' } = modes[mode];
  const rows = estimatedRows === undefined ? unsized : `${formatRows(estimatedRows)} rows`;
  return estimatedBytes === undefined ? rows : `${rows}, ${formatBytes(estimatedBytes)}`;
}

export function chunkText({ load, extract }: ChunkCount, way: string | undefined): string {
  const parts = [
    ...(load > 0 || extract === 0 ? [countOf(load, 'chunk')] : []),
    ...(extract > 0 && way === 'unload' ? [countOf(extract, 'unload')] : []),
    ...(extract > 0 && way !== 'unload' ? ['chunks of one result'] : []),
  ];
  return parts.join(' and ');
}

/** `7 statements in Snowflake, 1 scan of the table, 1.2 GB`. */
function costText({ statements, scans, bytes }: ReadCost): string {
  const read = `${countOf(statements, 'statement')} in Snowflake, ${countOf(scans, 'scan')} of the table`;
  return bytes === undefined ? read : `${read}, ${formatBytes(bytes)}`;
}

export function countOf(count: number, thing: string): string {
  const number = Number.isInteger(count) ? formatRows(count) : String(count);
  return `${number} ${thing}${count === 1 ? '' : 's'}`;
}
