import type { TablePlan } from '@snowmelt/core';

import { quoteIdentifier, quoteTable } from '../../quote-identifier.ts';
import { batchTable } from './batch-table.ts';

/** The plan's columns with the target's types and collations, and none of its constraints. */
export function createBatchSql(table: TablePlan): string {
  return `CREATE TEMPORARY TABLE ${batchTable} ON COMMIT DROP AS
SELECT ${columnList(table)} FROM ${quoteTable(table.target)} WITH NO DATA`;
}

/**
 * Of the rows of a batch with the same key the newest goes in: the highest watermark, NULL being
 * the lowest; among equals, or without a watermark, the last of the batch (`ctid` is the order of
 * arrival in a table that is only COPYed into). Sorted by key, so that chunks meet at the same keys
 * in the same order and seldom in a deadlock, and the index is walked in its own order.
 */
export function mergeSql(table: TablePlan): string {
  const keys = table.keyColumns.map(quoteIdentifier);
  return `INSERT INTO ${quoteTable(table.target)} AS stored (${columnList(table)})
OVERRIDING SYSTEM VALUE
SELECT DISTINCT ON (${keys.join(', ')}) ${columnList(table)}
FROM ${batchTable}
ORDER BY ${[...keys, ...newestFirst(table)].join(', ')}
ON CONFLICT (${keys.join(', ')}) ${conflictAction(table)}`;
}

function newestFirst({ watermark }: TablePlan): readonly string[] {
  const newest = watermark === undefined ? [] : [`${watermarkName(watermark)} DESC NULLS LAST`];
  return [...newest, 'ctid DESC'];
}

function conflictAction(table: TablePlan): string {
  const keys = new Set(table.keyColumns);
  const others = table.columns.filter(({ target }) => !keys.has(target));
  if (table.mode === 'insert-only' || others.length === 0) return 'DO NOTHING';
  const set = others.map(({ target }) => {
    const name = quoteIdentifier(target);
    return `${name} = excluded.${name}`;
  });
  return `DO UPDATE SET ${set.join(', ')}${whereNewer(table)}`;
}

/**
 * Where the target keeps fewer digits of the watermark than the source has, the same watermark may
 * hide a newer one, and counts as newer.
 */
function whereNewer({ watermark }: TablePlan): string {
  if (watermark === undefined) return '';
  const name = watermarkName(watermark);
  const newer = watermark.column.fractionDigits === undefined ? '>' : '>=';
  return `\nWHERE excluded.${name} ${newer} stored.${name} OR stored.${name} IS NULL`;
}

function watermarkName({ column }: NonNullable<TablePlan['watermark']>): string {
  return quoteIdentifier(column.target);
}

function columnList(table: TablePlan): string {
  return table.columns.map(({ target }) => quoteIdentifier(target)).join(', ');
}
