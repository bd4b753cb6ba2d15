import {
  hidesDigits,
  modeTraits,
  type TablePlan,
  watermarkOf,
  type WatermarkPlan,
} from '@snowmelt/core';

import type { LooseKey } from '../../keys/loose-keys.ts';
import { keepSentSql, sentColumn } from '../../keys/meeting-keys.ts';
import { is, isAbove, isAtLeast } from '../../sql/operators.ts';
import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { batchTable, columnList, winnersTable } from '../../tables/batch-table.ts';

/**
 * The plan's columns with the target's types and collations, and none of its constraints; of keys of
 * which the type keeps less than was sent, the text as well.
 */
export function createBatchSql(table: TablePlan, loose: Loose): string {
  const sent = sentKeys(loose);
  const texts = sent.map(
    (column) => `NULL::pg_catalog.text AS ${quoteIdentifier(sentColumn(table, column))}`,
  );
  const create = `CREATE TEMPORARY TABLE ${batchTable} ON COMMIT DROP AS
SELECT ${[columnList(table), ...texts].join(', ')} FROM ${quoteTable(table.target)} WITH NO DATA`;
  return [create, ...(sent.length === 0 ? [] : keepSentSql(table, sent))].join(';\n');
}

/** The columns of the batch that the fields of a chunk go into, in their order. */
export function batchFields(table: TablePlan, loose: Loose): readonly string[] {
  const sent = sentKeys(loose);
  return table.columns.map(({ target }) =>
    sent.includes(target) ? sentColumn(table, target) : target,
  );
}

type Loose = readonly LooseKey[];

function sentKeys(loose: Loose): readonly string[] {
  return loose.filter(({ knownBy }) => knownBy === 'sent').map(({ column }) => column);
}

/** Puts the rows of the batch that win into the target, in the order of their keys. */
export function mergeSql(table: TablePlan, loose: Loose): string {
  return putSql(table, loose, winnersSql(table));
}

/** What `mergeSql` would put in, numbered, so that a part of it can be. */
export function createWinnersSql(table: TablePlan): string {
  const number = winnerNumber(table);
  return `CREATE TEMPORARY TABLE ${winnersTable} ON COMMIT DROP AS
SELECT pg_catalog.row_number() OVER () AS ${number}, ${columnList(table)} FROM (${winnersSql(table)}) AS winner;
CREATE UNIQUE INDEX ON ${winnersTable} (${number})`;
}

/** Some of the winners: their numbers are $1. */
export function mergeWinnersSql(table: TablePlan, loose: Loose): string {
  const number = winnerNumber(table);
  return putSql(
    table,
    loose,
    `SELECT ${columnList(table)} FROM ${winnersTable} WHERE ${number} ${is} ANY ($1) ORDER BY ${number}`,
  );
}

/** A column of no other name. */
export function winnerNumber({ columns }: TablePlan): string {
  const names = new Set(columns.map(({ target }) => target));
  let name = 'snowmelt_number';
  while (names.has(name)) name += '_';
  return name;
}

/**
 * Of the rows of a batch with the same key the newest goes in: the highest watermark, NULL being
 * the lowest; among equals, or without a watermark, the last of the batch (`ctid` is the order of
 * arrival in a table that is only COPYed into). Sorted by key, so that chunks meet at the same keys
 * in the same order and seldom in a deadlock, and the index is walked in its own order.
 */
function winnersSql(table: TablePlan): string {
  const keys = table.keyColumns.map(quoteIdentifier);
  return `SELECT DISTINCT ON (${keys.join(', ')}) ${columnList(table)}
FROM ${batchTable}
ORDER BY ${[...keys, ...newestFirst(table)].join(', ')}`;
}

function putSql(table: TablePlan, loose: Loose, rows: string): string {
  const keys = table.keyColumns.map(quoteIdentifier);
  return `INSERT INTO ${quoteTable(table.target)} AS stored (${columnList(table)})
OVERRIDING SYSTEM VALUE
${rows}
ON CONFLICT (${keys.join(', ')}) ${conflictAction(table, loose)}`;
}

function newestFirst(table: TablePlan): readonly string[] {
  const watermark = watermarkOf(table);
  const newest = watermark === undefined ? [] : [`${watermarkName(watermark)} DESC NULLS LAST`];
  return [...newest, 'ctid DESC'];
}

/** A key that equals the stored one may be another text: the row gets it as the source has it. */
function conflictAction(table: TablePlan, loose: Loose): string {
  const same = new Set(table.keyColumns);
  for (const { column } of loose) same.delete(column);
  const others = table.columns.filter(({ target }) => !same.has(target));
  if (modeTraits[table.mode].leavesRows || others.length === 0) return 'DO NOTHING';
  const set = others.map(({ target }) => {
    const name = quoteIdentifier(target);
    return `${name} = excluded.${name}`;
  });
  return `DO UPDATE SET ${set.join(', ')}${whereNewer(table)}`;
}

function whereNewer(table: TablePlan): string {
  return watermarkOf(table) === undefined ? '' : `\nWHERE ${isNewer(table, 'excluded')}`;
}

/**
 * Whether the row that comes takes the place of the `stored` one. Where the target keeps fewer
 * digits of the watermark than the source has, the same watermark may hide a newer one, and counts as
 * newer; so it does where rows that are there are to get columns that they lack.
 */
export function isNewer(table: TablePlan, row: string): string {
  const watermark = watermarkOf(table);
  if (watermark === undefined) return 'true';
  const name = watermarkName(watermark);
  const fills = 'fills' in table && table.fills !== undefined;
  const newer = fills || hidesDigits(watermark.column) ? isAtLeast : isAbove;
  // Never NULL: it is negated as well.
  return `coalesce(${row}.${name} ${newer} stored.${name}, stored.${name} IS NULL)`;
}

function watermarkName({ column }: WatermarkPlan): string {
  return quoteIdentifier(column.target);
}
