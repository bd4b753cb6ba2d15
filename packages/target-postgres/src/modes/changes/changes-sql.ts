import type { TablePlan } from '@snowmelt/core';

import { type KeyOperators, sameKeySql } from '../../keys/key-operators.ts';
import type { LooseKey } from '../../keys/loose-keys.ts';
import { is, isAtLeast } from '../../sql/operators.ts';
import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { actionColumn } from '../../tables/shadow-table.ts';

/** What the statements are made of. */
export interface GatheredChanges {
  readonly table: TablePlan;
  /** Quoted, with its schema. */
  readonly shadow: string;
  /** Key columns that hold NULL in some change; equality alone would not find those rows. */
  readonly nullable: readonly string[];
  readonly loose: readonly LooseKey[];
  readonly operators: KeyOperators;
}

/**
 * One statement that applies net changes by key: rows that were deleted and not inserted again go,
 * rows whose key is there are updated in place, the others come. Order and sight of its parts are
 * those of swap/exchange-sql.ts, so that unique values may go from one row to another, and foreign
 * keys look at the whole. A column that does not travel keeps its value in rows that stay.
 */
export function applySql(changes: GatheredChanges): string {
  const { table, shadow } = changes;
  const target = quoteTable(table.target);
  const names = table.columns.map((column) => quoteIdentifier(column.target));
  return `
WITH deleted AS (
  DELETE FROM ${target} t USING ${shadow} d WHERE ${isGone(changes, 't', 'd')} RETURNING 1
), updated AS (
  ${updateSql(changes)}
), inserted AS (
  INSERT INTO ${target} (${names.join(', ')}) OVERRIDING SYSTEM VALUE
  SELECT ${names.map((name) => `i.${name}`).join(', ')}
  FROM ${shadow} i
  WHERE ${hasAction(changes, 'i', 'I')} AND (SELECT pg_catalog.count(*) FROM updated) ${isAtLeast} 0
    AND NOT EXISTS (SELECT 1 FROM ${target} t WHERE ${sameKey(changes, 't', 'i')})
  RETURNING 1
)
SELECT (SELECT pg_catalog.count(*) FROM deleted)::pg_catalog.text AS deleted,
       (SELECT pg_catalog.count(*) FROM updated)::pg_catalog.text AS updated,
       (SELECT pg_catalog.count(*) FROM inserted)::pg_catalog.text AS inserted`;
}

function updateSql(changes: GatheredChanges): string {
  const { table, shadow } = changes;
  const target = quoteTable(table.target);
  const same = new Set(table.keyColumns);
  for (const { column } of changes.loose) same.delete(column);
  const sets = table.columns
    .filter((column) => !same.has(column.target))
    .map((column) => quoteIdentifier(column.target))
    .map((name) => `${name} = i.${name}`);
  const which = `${hasAction(changes, 'i', 'I')} AND ${sameKey(changes, 't', 'i')}
    AND (SELECT pg_catalog.count(*) FROM deleted) ${isAtLeast} 0`;
  if (sets.length === 0) return `SELECT 1 FROM ${target} t, ${shadow} i WHERE ${which}`;
  return `UPDATE ${target} t SET ${sets.join(', ')} FROM ${shadow} i
  WHERE ${which}
  RETURNING 1`;
}

/** Row `t` of the target goes by change `d`: its key was deleted, and not inserted again. */
export function isGone(changes: GatheredChanges, t: string, d: string): string {
  return `${hasAction(changes, d, 'D')} AND ${sameKey(changes, t, d)}
    AND NOT EXISTS (SELECT 1 FROM ${changes.shadow} again
      WHERE ${hasAction(changes, 'again', 'I')} AND ${sameKey(changes, 'again', d)})`;
}

export function hasAction({ table }: GatheredChanges, row: string, action: 'I' | 'D'): string {
  return `${row}.${quoteIdentifier(actionColumn(table))} ${is} '${action}'`;
}

export function sameKey(changes: GatheredChanges, a: string, b: string): string {
  const { table, operators, nullable } = changes;
  return sameKeySql(table, operators, { a, b, nullable });
}
