import {
  type ColumnPair,
  comparableColumns,
  digestRule,
  type LogicalType,
  type TableDigest,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { mostFractionDigits } from '../types/type-map.ts';
import { is, isAtLeast, joined } from '../sql/operators.ts';

/**
 * One scan, which PostgreSQL may run in parallel: all of it is parallel safe. An array keeps NULL
 * apart from nothing else, and has no limit of 100 arguments as `concat` has.
 */
export function digestSql(table: TablePlan): string {
  const columns = comparableColumns(table.columns).map(renderColumn);
  const row = `pg_catalog.array_to_string(ARRAY[${columns.join(', ')}]::pg_catalog.text[], ',', '')`;
  // The last 15 of the 32 digits; `bit(60)` reads them as a number below 2^60.
  const md5 = `pg_catalog.md5(pg_catalog.convert_to(${row}, 'UTF8'))`;
  const number = `('x' ${joined} pg_catalog.substr(${md5}, 18))::bit(60)::bigint`;
  return `SELECT pg_catalog.count(*)::pg_catalog.text AS rows,
       coalesce(pg_catalog.sum(${number}), 0)::pg_catalog.text AS digest
FROM ${quoteTable(table.target)}`;
}

/** The digest of docs/reference/digest.md over the whole target table. */
export async function digestTable(
  databases: Databases,
  table: TablePlan,
  { signal }: WorkContext,
): Promise<TableDigest> {
  const { database } = table.target;
  const place = { run: table.run, table: table.key };
  return transaction(databases, { database, signal, place, purpose: 'plain' }, async (session) => {
    const { rows } = await session.onTable<{ rows: string; digest: string }>(digestSql(table));
    return {
      rows: Number(rows[0]?.rows),
      digest: rows[0]?.digest ?? '0',
      columns: comparableColumns(table.columns).map(({ target }) => target),
    };
  });
}

/**
 * SQL that renders a column as docs/reference/digest.md says; NULL stays NULL. A value that the
 * form can't show (more digits than the source has, a year before 1, infinity) keeps
 * PostgreSQL's own text, so that it differs from whatever the source has.
 */
function renderColumn(pair: ColumnPair): string {
  const name = quoteIdentifier(pair.target);
  const { source, targetType = source.type } = pair;
  switch (source.type.kind) {
    case 'boolean':
      return `CASE WHEN ${name} THEN 't' WHEN NOT ${name} THEN 'f' END`;
    case 'decimal':
      return renderDecimal(name, source.type.scale ?? 0, targetType);
    case 'text':
      return `'"' ${joined} pg_catalog.replace(${textOf(name, pair)}, '"', '""') ${joined} '"'`;
    case 'binary':
      return `'\\x' ${joined} pg_catalog.encode(${name}, 'hex')`;
    case 'date':
      return `${name}::pg_catalog.text`; // DateStyle ISO: YYYY-MM-DD, with BC or infinity where it must be.
    case 'time':
      return renderTime(name, { digits: digitsOf(pair), targetType });
    case 'timestamp':
      return renderTimestamp(name, {
        digits: digitsOf(pair),
        targetType,
        zoned: hasZone(targetType),
        mark: source.type.zone === 'none' || pair.lostZone === 'wall_clock' ? '' : ` ${joined} 'Z'`,
      });
    case 'decfloat':
    case 'float':
    case 'interval':
    case 'json':
    case 'spatial':
    case 'unknown':
    case 'uuid':
    case 'vector':
      throw new RangeError(`${source.type.kind} takes no part in a digest`);
  }
}

function textOf(name: string, pair: ColumnPair): string {
  return digestRule(pair).takes === 'trimmed'
    ? `pg_catalog.rtrim(${name}::pg_catalog.text, ' ')`
    : `${name}::pg_catalog.text`;
}

function hasZone(type: LogicalType): boolean {
  return type.kind === 'timestamp' && type.zone !== 'none';
}

/** `round` gives exactly `scale` digits; where the column may hold more, only if nothing is lost. */
function renderDecimal(name: string, scale: number, target: LogicalType): string {
  const rounded = `pg_catalog.round(${name}::numeric, ${scale})`;
  const text = `${rounded}::pg_catalog.text`;
  const keeps = target.kind === 'decimal' ? target.scale : undefined;
  if (keeps !== undefined && keeps <= scale) return text;
  return `CASE WHEN ${name} ${is} ${rounded} THEN ${text} ELSE ${name}::pg_catalog.text END`;
}

interface TimeShape {
  readonly digits: number;
  readonly targetType: LogicalType;
}

function renderTime(name: string, shape: TimeShape): string {
  const text = `pg_catalog.to_char(${name}, 'HH24:MI:SS${fraction(shape.digits)}')${padding(shape.digits)}`;
  const exact = exactly(name, shape);
  return exact === undefined
    ? text
    : `CASE WHEN ${exact} THEN ${text} ELSE ${name}::pg_catalog.text END`;
}

interface MomentShape extends TimeShape {
  readonly zoned: boolean;
  /** SQL of what follows: \`Z\` behind a moment in UTC. */
  readonly mark: string;
}

function renderTimestamp(name: string, shape: MomentShape): string {
  const moment = shape.zoned ? `(${name} AT TIME ZONE 'UTC')` : name;
  const format = `YYYY-MM-DD"T"HH24:MI:SS${fraction(shape.digits)}`;
  const text = `pg_catalog.to_char(${moment}, '${format}')${padding(shape.digits)}${shape.mark}`;
  const shown = [
    `${moment} ${isAtLeast} '0001-01-01'`,
    `pg_catalog.isfinite(${name})`,
    exactly(name, shape),
  ];
  const condition = shown.filter((part) => part !== undefined).join(' AND ');
  return `CASE WHEN ${condition} THEN ${text} ELSE ${name}::pg_catalog.text END`;
}

function digitsOf({ source, fractionDigits }: ColumnPair): number {
  const { type } = source;
  const own = type.kind === 'time' || type.kind === 'timestamp' ? type.precision : 0;
  return fractionDigits ?? own;
}

/** FF1 to FF6 cut, they don't round. */
function fraction(digits: number): string {
  return digits === 0 ? '' : `.FF${Math.min(digits, mostFractionDigits)}`;
}

function padding(digits: number): string {
  const zeros = '0'.repeat(Math.max(0, digits - mostFractionDigits));
  return zeros === '' ? '' : ` ${joined} '${zeros}'`;
}

/** Nothing where the column can't hold more digits than are rendered. */
function exactly(name: string, { digits, targetType }: TimeShape): string | undefined {
  const kept =
    targetType.kind === 'time' || targetType.kind === 'timestamp'
      ? targetType.precision
      : mostFractionDigits;
  if (Math.min(kept, mostFractionDigits) <= digits) return undefined;
  return `(extract(microseconds FROM ${name})::bigint OPERATOR(pg_catalog.%) ${10 ** (mostFractionDigits - digits)}) ${is} 0`;
}
