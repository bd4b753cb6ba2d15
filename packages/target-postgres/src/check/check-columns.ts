import {
  type ColumnPair,
  type ColumnSchema,
  type Finding,
  type LogicalType,
  type TablePlan,
  type TableSchema,
  unfilledColumns,
} from '@snowmelt/core';

import { caution, unsuitable } from '../describe/findings.ts';
import { quoteIdentifier } from '../sql/quote-identifier.ts';
import { compatibility } from '../types/compatibility.ts';
import { postgresType } from '../types/type-map.ts';
import { alterType } from '../types/widen-columns.ts';
import { widerType } from '../types/widening.ts';

/** Whether each column that travels has a place that takes it, and each that doesn't can do without. */
export function checkColumns(
  table: TablePlan,
  existing: TableSchema | undefined,
): readonly Finding[] {
  const there = new Map(existing?.columns.map((column) => [column.name, column]));
  return [
    ...table.columns.flatMap((pair) => checkPair(pair, there.get(pair.target))),
    ...checkNulls(table, existing),
    ...checkTypes(table.columns.flatMap((pair) => filledColumn(pair, there.get(pair.target)))),
    ...unfilledColumns(table, existing),
    ...checkKey(table, existing),
  ];
}

function checkPair(pair: ColumnPair, target: ColumnSchema | undefined): readonly Finding[] {
  if (target === undefined) return checkNewColumn(pair);
  const column = target.name;
  if (target.generated) {
    return [
      unsuitable({
        column,
        message: `column ${column} is computed by PostgreSQL and can't be written`,
        fix: 'Leave the column out.',
      }),
    ];
  }
  return checkDigits(pair, target);
}

function filledColumn(pair: ColumnPair, target: ColumnSchema | undefined): FilledColumn[] {
  return target === undefined || target.generated ? [] : [{ pair, target }];
}

function checkNewColumn({ source, target, newType }: ColumnPair): readonly Finding[] {
  if ((newType ?? postgresType(source.type)) !== undefined) return [];
  return [
    unsuitable({
      column: target,
      message: `PostgreSQL has no type for column ${target} (${source.nativeType})`,
      fix: 'Leave the column out, or read a view that casts it.',
    }),
  ];
}

/** Under `on_extra_digits: text` a column that is there has to be able to keep all digits. */
function checkDigits(pair: ColumnPair, target: ColumnSchema): readonly Finding[] {
  if (pair.extraDigits !== 'text' || pair.fractionDigits === undefined) return [];
  const { source, fractionDigits } = pair;
  return [
    unsuitable({
      column: target.name,
      message: `on_extra_digits: text, and ${target.name} ${target.nativeType} keeps ${fractionDigits} digits of ${source.nativeType}`,
      fix: `ALTER TABLE … ALTER COLUMN ${quoteIdentifier(target.name)} TYPE text, or choose another on_extra_digits.`,
    }),
  ];
}

/**
 * Not of the primary key: no row there is found by NULL, no source means to have one, and Snowflake
 * lets a column be nullable whose key nobody has declared. A row that has one is refused by name.
 */
function checkNulls(table: TablePlan, existing: TableSchema | undefined): readonly Finding[] {
  const strict = existing?.columns.filter(
    ({ name, nullable, generated }) =>
      !nullable && !generated && !existing.primaryKey.includes(name),
  );
  const names = new Set(strict?.map(({ name }) => name));
  return table.columns
    .filter(({ source, target }) => source.nullable && names.has(target))
    .map(({ target }) =>
      caution({
        column: target,
        message: `column ${target} is NOT NULL, its source may hold NULL`,
        fix: 'Drop the NOT NULL constraint if such rows are to be loaded.',
      }),
    );
}

function checkKey(table: TablePlan, existing: TableSchema | undefined): readonly Finding[] {
  if (existing !== undefined) return [];
  const names = new Set(table.columns.map(({ target }) => target));
  return table.primaryKey
    .filter((name) => !names.has(name))
    .map((column) =>
      unsuitable({
        column,
        message: `column ${column} of the primary key does not travel`,
        fix: 'Let the column travel, or create the target table beforehand.',
      }),
    );
}

interface FilledColumn {
  readonly pair: ColumnPair;
  readonly target: ColumnSchema;
}

/** Columns that say the same of the same types: a table may have a hundred integers. */
interface Group {
  readonly columns: string[];
  readonly severity: 'error' | 'warning';
  /** Around the names of the columns. */
  readonly said: readonly [string, string];
  readonly fix: string;
}

/** What existing columns do with the text of their source. */
function checkTypes(filled: readonly FilledColumn[]): readonly Finding[] {
  const groups = new Map<string, Group>();
  for (const one of filled) {
    const group = groupOf(one);
    if (group === undefined) continue;
    const key = JSON.stringify([group.said, group.fix]);
    const same = groups.get(key);
    if (same === undefined) groups.set(key, group);
    else same.columns.push(...group.columns);
  }
  return [...groups.values()].map(findingOf);
}

/** Of a column that is widened, by its type to come. */
function groupOf({ pair, target }: FilledColumn): Group | undefined {
  const { source, widen } = pair;
  const column = widen === undefined ? target : { ...target, nativeType: widen.to };
  const verdict = compatibility(sentType(pair), column);
  if (verdict.fits === 'yes') return undefined;
  const refused = verdict.fits === 'no';
  const wider = widerType(source.type, column)?.to;
  const change =
    wider === undefined
      ? 'Change the type of the target column'
      : `Set schema_evolution: create_and_add, or ALTER TABLE … ${alterType(column.name, wider)}`;
  return {
    columns: [column.name],
    severity: refused ? 'error' : 'warning',
    said: [`${source.nativeType} goes into `, ` ${column.nativeType}: ${verdict.why}`],
    fix: `${change}${refused ? ', or leave the column out' : ' if that is not meant'}.`,
  };
}

/** What the source sends. */
function sentType({ source: { type }, lostZone }: ColumnPair): LogicalType {
  if (type.kind !== 'timestamp' || lostZone === undefined) return type;
  return { ...type, zone: 'none' };
}

function findingOf({ columns, severity, said, fix }: Group): Finding {
  const [column] = columns;
  const message = said.join(columns.join(', '));
  const place = columns.length === 1 && column !== undefined ? { column } : {};
  return (severity === 'error' ? unsuitable : caution)({ message, fix, ...place });
}
