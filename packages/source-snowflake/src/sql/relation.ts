import type { TablePlan } from '@snowmelt/core';

import { quoteTable, quoteText } from './quote.ts';
import { watermarkConditions } from './watermark.ts';

/**
 * The table as of the run's snapshot point, or its net changes up to there. Every query of a pinned table reads it through here,
 * counts included (P3). The instant carries its own offset, and the cast to TIMESTAMP_LTZ is what
 * keeps it a point in time: an NTZ literal would be taken for UTC.
 * Source: docs.snowflake.com/en/sql-reference/constructs/at-before.
 *
 * Changes lie between two states of the table, each with what was committed at its very instant:
 * AT is inclusive, and so is END. So windows that meet leave nothing out and have nothing twice.
 * Source: docs.snowflake.com/en/sql-reference/constructs/changes.
 */
export function fromClause(table: TablePlan): string {
  const { source, snapshot, changes } = table;
  if (!snapshot.pinned) return quoteTable(source);
  const point = `(TIMESTAMP => ${instant(snapshot.at)})`;
  if (changes?.from === undefined) return `${quoteTable(source)} AT${point}`;
  return `${changesFrom(table)} END${point}`;
}

/** All net changes since the snapshot that the target holds. */
export function changesFrom({ source, key, changes }: TablePlan): string {
  if (changes?.from === undefined) throw new RangeError(`${key} is not read by its changes`);
  return `${quoteTable(source)} CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => ${instant(changes.from)})`;
}

export function instant(at: string): string {
  return `${quoteText(at)}::TIMESTAMP_LTZ`;
}

/**
 * The plan's filter, its watermark and further conditions: every query of a table goes through
 * here, counts and digests included. The filter stands alone on its lines, as it may end in a
 * comment. Of changes it is asked of the old row and of the new one, each for itself: a row that
 * leaves it is deleted, one that enters it comes.
 */
export function whereClause(table: TablePlan, ...conditions: readonly string[]): string {
  const { filter } = table.read;
  const filters = filter === undefined ? [] : [`\n${filter}\n`];
  const all = [...filters, ...watermarkConditions(table), ...conditions];
  return all.length === 0 ? '' : `WHERE ${all.map((condition) => `(${condition})`).join(' AND ')}`;
}
