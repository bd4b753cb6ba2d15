import {
  type ColumnSchema,
  SnowmeltError,
  type TablePlan,
  watermarkOf,
  windowOf,
} from '@snowmelt/core';

import { quoteIdentifier, quoteTable, quoteText } from './quote.ts';

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
  const { source, snapshot } = table;
  if (!snapshot.pinned) return quoteTable(source);
  const point = `(TIMESTAMP => ${instant(snapshot.at)})`;
  if (windowOf(table) === undefined) return `${quoteTable(source)} AT${point}`;
  return `${changesFrom(table)} END${point}`;
}

/** All net changes since the snapshot that the target holds. */
export function changesFrom(table: TablePlan): string {
  const window = windowOf(table);
  if (window === undefined) throw new RangeError(`${table.key} is not read by its changes`);
  return `${quoteTable(table.source)} CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => ${instant(window.from)})`;
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

/**
 * Of a first try. Which rows come is not determined without ORDER BY, how many is.
 * Source: docs.snowflake.com/en/sql-reference/constructs/limit.
 */
export function limitClause({ read }: TablePlan): string {
  return read.limit === undefined ? '' : `LIMIT ${String(read.limit)}`;
}

/**
 * The condition of an incremental load. The bound is a literal of the column's own type: a
 * comparison that has to convert the column can't skip micro-partitions, and an NTZ bound that is
 * taken for a point in time would move with the session's zone.
 */
function watermarkConditions(table: TablePlan): readonly string[] {
  const watermark = watermarkOf(table);
  if (watermark?.from === undefined) return [];
  const { source } = watermark.column;
  const { value, inclusive, orNull } = watermark.from;
  const column = quoteIdentifier(source.name);
  const newer = `${column} ${inclusive ? '>=' : '>'} ${boundLiteral(value, source)}`;
  return [orNull ? `${newer} OR ${column} IS NULL` : newer];
}

const zones = { none: 'TIMESTAMP_NTZ', instant: 'TIMESTAMP_LTZ', offset: 'TIMESTAMP_TZ' };

function boundLiteral(value: string, { name, type, nativeType }: ColumnSchema): string {
  if (type.kind === 'decimal' && /^-?\d+(\.\d+)?$/u.test(value)) return value;
  if (type.kind === 'date' && /^\d{4}-\d\d-\d\d$/u.test(value)) return `'${value}'::DATE`;
  if (type.kind === 'timestamp' && /^\d{4}-\d\d-\d\dT[\d:.]+$/u.test(value)) {
    return `'${value}${type.zone === 'none' ? '' : '+00:00'}'::${zones[type.zone]}`;
  }
  throw new SnowmeltError('SOURCE.TYPE_UNSUPPORTED', `${value} is no bound of ${nativeType}`, {
    place: { column: name },
    fix: 'Take a watermark that is a date, a timestamp or an exact number.',
  });
}
