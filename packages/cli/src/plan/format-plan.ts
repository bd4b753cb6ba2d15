import type { TableMatch } from '@snowmelt/core';
import { bold, dim, red, yellow } from 'ansis';

import { formatFailure } from '../failure/show-failure.ts';
import { formatFindings } from '../show/findings.ts';
import { formatBytes, formatCredits, formatDuration, formatRows } from '../show/quantities.ts';
import { formatRef } from '../show/run-report.ts';
import { formatTables } from '../show/text-table.ts';
import { wrapText } from '../terminal/text-width.ts';
import {
  chunkText,
  countOf,
  formatTablePlan,
  nextText,
  removesUnseen,
} from './format-table-plan.ts';
import type { ConnectionsView, PlanView, TablePlanView } from './plan-view.ts';

const columns = [
  { title: 'Does' },
  { title: 'Rows', align: 'right' },
  { title: 'Size', align: 'right', spare: 3 },
  { title: 'Read by', spare: 4 },
  { title: 'Chunks', align: 'right', spare: 2 },
  { title: 'Time', align: 'right', spare: 1 },
  { title: 'Indexes away', align: 'right', spare: 5 },
] as const;

/** A line a table, then what is to be known of them; `details` is a block each. */
export function formatPlan(view: PlanView, width: number, details: boolean): readonly string[] {
  const { tables, matches = [], connections } = view;
  const wide = Math.min(width, 200);
  const wrap = (line: string): readonly string[] => wrapText(line, wide);
  return [
    ...matches.flatMap(formatMatch).flatMap(wrap),
    ...(details
      ? tables.flatMap((table) => formatTablePlan(table, wide))
      : [
          ...formatTables(columns, tables, tables.map(cellsOf), width),
          ...formatNews(tables, wide),
        ]),
    ...totalsText(view).flatMap(wrap),
    ...(connections === undefined ? [] : wrap(formatConnections(connections))),
    ...(details
      ? []
      : wrap(
          dim('--details, or --table: columns with both types, indexes, policies, statements.'),
        )),
  ];
}

function cellsOf(table: TablePlanView): readonly string[] {
  const { estimatedRows, estimatedBytes, extract = '', chunks, seconds, indexes = [] } = table;
  const away = indexes.filter(({ becomes }) => becomes !== 'stays').length;
  return [
    doesOf(table),
    estimatedRows === undefined ? '' : formatRows(estimatedRows),
    estimatedBytes === undefined ? '' : formatBytes(estimatedBytes),
    extract,
    chunks === undefined ? '' : chunkText(chunks, extract).replace(/^(\S+) chunks?$/u, '$1'),
    seconds === undefined ? '' : formatDuration(seconds),
    away === 0 ? '' : String(away),
  ];
}

function doesOf({ refused, creates, mode, next }: TablePlanView): string {
  if (refused) return 'refused';
  if (next?.does === 'done' || next?.does === 'later') return next.does;
  const what = creates === true ? `create, ${mode}` : mode;
  return next === undefined ? what : `${what}, ${next.does}`;
}

/** What keeps tables from being loaded, table by table; then what several have in common, once. */
function formatNews(tables: readonly TablePlanView[], width: number): readonly string[] {
  const troubled = tables.flatMap(({ source, findings, error }) => {
    const lines = [
      ...formatFindings(findings),
      ...(error === undefined ? [] : formatFailure(error)),
    ].flatMap((line) => wrapText(line, width - 2));
    return lines.length === 0
      ? []
      : ['', bold(formatRef(source)), ...lines.map((line) => `  ${line}`)];
  });
  const told = Map.groupBy(
    tables.flatMap((table) => newsOf(table).map((text) => ({ text, table }))),
    ({ text }) => text,
  );
  const common = [...told].flatMap(([text, of]) => {
    const names = of.map(({ table }) => table.source.name);
    return wrapText(`${text} ${dim(`(${someOf(names, tables.length)})`)}`, width);
  });
  return [...troubled, '', ...common, ...(common.length === 0 ? [] : [''])];
}

/** As many names as are read; `--details` has all. */
const namesAtMost = 4;

function someOf(names: readonly string[], tables: number): string {
  if (names.length === tables && tables > namesAtMost) return `all ${tables} tables`;
  const rest = names.length - namesAtMost;
  const shown = names.slice(0, rest > 1 ? namesAtMost : names.length).join(', ');
  return rest > 1 ? `${shown} and ${rest} others` : shown;
}

function newsOf(table: TablePlanView): readonly string[] {
  const { next, notices, policies, columns: pairs = [], unfed = [], leftOut = [] } = table;
  const warned = new Set(table.findings.map(({ message }) => message));
  const guarded = policies !== undefined && !('unknown' in policies) ? policies : [];
  const rowPolicies = guarded.filter(({ kind }) => kind === 'row access');
  const added = pairs.filter((pair) => pair.added === true).map(({ target }) => target);
  return [
    ...(next === undefined ? [] : [nextText(next)]),
    ...rowPolicies.map(({ name }) =>
      yellow(
        `row access policy ${name} hides rows${removesUnseen(table) ? '; a change of it removes or marks rows' : ''}`,
      ),
    ),
    ...(guarded.length > rowPolicies.length ? ['values are masked by a policy'] : []),
    ...(added.length === 0 ? [] : [`adds ${added.join(', ')}`]),
    ...(leftOut.length === 0 ? [] : [`does not copy ${leftOut.join(', ')}`]),
    ...(unfed.length === 0 ? [] : [`does not feed ${unfed.join(', ')}`]),
    ...notices.filter((notice) => !warned.has(notice) && !notice.startsWith('left out, ')),
  ];
}

function totalsText({ estimate, tables }: PlanView): readonly string[] {
  const { rows, bytes, seconds, tablesWithoutRate: without, credits, creditsPerHour } = estimate;
  const refused = tables.filter((table) => table.refused).length;
  const time =
    seconds === undefined
      ? 'no earlier run tells how long it takes'
      : `about ${formatDuration(seconds)} by the rates of earlier runs${without === 0 ? '' : `, ${countOf(without, 'table')} without one left out`}`;
  const hour =
    creditsPerHour === undefined ? 'price not known' : `${creditsPerHour} credits an hour at work`;
  const cost = credits === undefined ? hour : `${formatCredits(credits)} at most, ${hour}`;
  return [
    `${countOf(tables.length, 'table')}${refused === 0 ? '' : `, ${red(`${refused} refused`)}`}, ${formatRows(rows)} rows, ${formatBytes(bytes)}; ${time}.`,
    ...(estimate.price === undefined ? [] : [`${estimate.price.replace(/^w/u, 'W')}: ${cost}.`]),
  ];
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
