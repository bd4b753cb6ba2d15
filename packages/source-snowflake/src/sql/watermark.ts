import { SnowmeltError, type ColumnSchema, type TablePlan } from '@snowmelt/core';

import { quoteIdentifier } from './quote.ts';

/**
 * The condition of an incremental load. The bound is a literal of the column's own type: a
 * comparison that has to convert the column can't skip micro-partitions, and an NTZ bound that is
 * taken for a point in time would move with the session's zone.
 */
export function watermarkConditions({ watermark }: TablePlan): readonly string[] {
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
