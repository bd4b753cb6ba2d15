import {
  deleteMissingOf,
  type ColumnPair,
  type DeleteMissing,
  type Finding,
  type LoadMode,
  type NextStep,
  type ReadCost,
  type SnowmeltError,
  type TableMatch,
  type TableRef,
  type TableSnapshot,
} from '@snowmelt/core';
import { bold, dim, green, red } from 'ansis';

import { formatFailure, viewFailure, type FailureView } from '../failure/show-failure.ts';
import { formatFindings } from '../show/findings.ts';
import { formatBytes, formatRows } from '../show/quantities.ts';
import { formatRef } from '../show/run-report.ts';
import { findingsOf, isRefused, type ChunkCount, type PlannedTable } from './plan-tables.ts';

export interface PlanView {
  /** What wildcards stand for. Absent: there are none. */
  readonly matches?: readonly TableMatch[];
  /** What a run takes at most. */
  readonly connections?: ConnectionsView;
  readonly tables: readonly TablePlanView[];
}

export interface ConnectionsView {
  /** In all, and by database; one for looks at the others goes to any of them. */
  readonly postgres: number;
  readonly databases: Readonly<Record<string, number>>;
  /** Sessions. */
  readonly snowflake: number;
}

export interface TablePlanView {
  readonly key: string;
  readonly source: TableRef;
  readonly target: TableRef;
  readonly refused: boolean;
  /** What becomes of what an earlier run has left. */
  readonly next?: NextStep;
  readonly mode: LoadMode;
  readonly creates?: boolean;
  readonly extract?: string;
  readonly snapshot?: TableSnapshot;
  readonly estimatedRows?: number;
  readonly estimatedBytes?: number;
  /** What becomes of rows that the source lacks; absent: they stay. */
  readonly deleteMissing?: DeleteMissing;
  readonly chunks?: ChunkCount;
  /** What reading it asks of Snowflake, beside its description. */
  readonly cost?: ReadCost;
  readonly columns?: readonly ColumnView[];
  readonly findings: readonly Finding[];
  readonly notices: readonly string[];
  readonly error?: FailureView;
}

export interface ColumnView {
  readonly source: string;
  readonly type: string;
  readonly target: string;
  /** The type of an extension that a new column gets, or the wider one that an existing one gets. */
  readonly becomes?: string;
}

export function viewPlan(tables: readonly PlannedTable[]): PlanView {
  return { tables: tables.map(viewTable) };
}

function viewTable(table: PlannedTable): TablePlanView {
  const { job, decision, chunks, cost, error, next } = table;
  return {
    key: job.key,
    source: job.source,
    target: job.target,
    refused: isRefused(table),
    ...(next === undefined ? {} : { next }),
    mode: decision?.plan.mode ?? job.mode,
    ...(decision === undefined ? {} : viewDecision(decision)),
    ...(chunks === undefined ? {} : { chunks }),
    ...(cost === undefined ? {} : { cost }),
    findings: findingsOf(table),
    notices: decision?.notices ?? job.notices,
    ...viewError(error),
  };
}

function viewDecision({ plan, existing }: NonNullable<PlannedTable['decision']>) {
  const { extract, snapshot, estimatedRows, estimatedBytes, columns } = plan;
  const deleteMissing = deleteMissingOf(plan);
  return {
    creates: existing === undefined,
    extract,
    snapshot,
    ...(estimatedRows === undefined ? {} : { estimatedRows }),
    ...(estimatedBytes === undefined ? {} : { estimatedBytes }),
    ...(deleteMissing === undefined ? {} : { deleteMissing }),
    columns: columns.map(viewColumn),
  };
}

function viewColumn({ source, target, newType, widen }: ColumnPair): ColumnView {
  const becomes = newType ?? widen?.to;
  return {
    source: source.name,
    type: source.nativeType,
    target,
    ...(becomes === undefined ? {} : { becomes }),
  };
}

function viewError(error: SnowmeltError | undefined): { error?: FailureView } {
  const failure = error === undefined ? undefined : viewFailure(error, 'snowmelt');
  return failure === undefined ? {} : { error: failure };
}

/** `FACT_* in SALES.PUBLIC: 12 tables; left out by their kind: 3 views, 1 external table`. */
export function formatMatch(match: TableMatch): readonly string[] {
  const { pattern, place, tables, leftOut } = match;
  const kinds = [...Map.groupBy(leftOut, ({ what }) => what.replace(/^an? /u, ''))];
  const others = kinds.map(([kind, all]) => countOf(all.length, kind)).join(', ');
  return [
    `${pattern} in ${place.database}.${place.schema}: ${countOf(tables.length, 'table')}${others === '' ? '' : `; left out by their kind: ${others}`}`,
    ...(tables.length === 0 ? [] : [dim(`  ${tables.join(', ')}`)]),
    '',
  ];
}

export function formatConnections({ postgres, databases, snowflake }: ConnectionsView): string {
  const each = Object.entries(databases).map(([name, count]) => `${count} to ${name}`);
  return `Takes at most ${postgres} connections of PostgreSQL (${each.join(', ')}, 1 to look at the others) and ${snowflake} sessions of Snowflake.`;
}

/** A few lines a table. */
export function formatTablePlan(table: TablePlanView): readonly string[] {
  const mark = table.refused ? red('✘') : green('✔');
  return [
    `${mark} ${bold(`${formatRef(table.source)} → ${formatRef(table.target)}`)}`,
    ...(table.next === undefined ? [] : [`    ${nextText(table.next)}`]),
    ...planLines(table).map((line) => `    ${line}`),
    ...formatFindings(table.findings).map((line) => `    ${line}`),
    ...table.notices.map((notice) => `    ${dim(notice)}`),
    ...(table.error === undefined ? [] : formatFailure(table.error).map((line) => `    ${line}`)),
    '',
  ];
}

function nextText({ run, does, because }: NextStep): string {
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
  const { snapshot, extract, columns = [] } = table;
  if (snapshot === undefined) return [];
  const { does } = modes[table.mode];
  const mapping = columns.map(
    ({ source, type, target, becomes }) =>
      `${source} ${type} → ${target}${becomes === undefined ? '' : ` (${becomes})`}`,
  );
  return [
    `${table.creates === true ? 'creates the table' : does}; ${sizeOf(table)}`,
    `read by ${extract}, ${snapshot.pinned ? `as of ${snapshot.at}` : 'not at one point in time'}`,
    ...(table.chunks === undefined ? [] : [chunkText(table.chunks, extract)]),
    ...(table.cost === undefined ? [] : [costText(table.cost)]),
    ...mapping.map((line) => dim(`  ${line}`)),
  ];
}

function sizeOf({ mode, estimatedRows, estimatedBytes }: TablePlanView): string {
  const { unsized = 'size unknown' } = modes[mode];
  const rows = estimatedRows === undefined ? unsized : `${formatRows(estimatedRows)} rows`;
  return estimatedBytes === undefined ? rows : `${rows}, ${formatBytes(estimatedBytes)}`;
}

function chunkText({ load, extract }: ChunkCount, way: string | undefined): string {
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

function countOf(count: number, thing: string): string {
  const number = Number.isInteger(count) ? formatRows(count) : String(count);
  return `${number} ${thing}${count === 1 ? '' : 's'}`;
}
