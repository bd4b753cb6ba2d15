import { createHash } from 'node:crypto';

import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { columnList } from './batch-table.ts';

/** In the ledger's schema, which readers of the target have no way into. */
const shadowSchema = 'snowmelt';

/** Where a run gathers the rows of a table: the same name in every process of the run. */
export function shadowName({ run, key }: Pick<TablePlan, 'run' | 'key'>): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([run, key]))
    .digest('hex');
  return `shadow_${hash.slice(0, 32)}`;
}

export function quoteShadow(name: string): string {
  return quoteTable({ schema: shadowSchema, name });
}

const columnsSql = `
SELECT a.attname::text AS name
FROM pg_catalog.pg_attribute a
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`;

/**
 * Makes the shadow: the columns that travel, with the target's types, NOT NULL and CHECK, so that
 * a row which has no place is refused with its chunk. It is logged, since the ledger's word that a
 * chunk is in must outlive a crash of the server. Defaults, keys and all else are the target's
 * business when the rows go there.
 */
export async function createShadow(session: Session, table: TablePlan): Promise<string> {
  const name = shadowName(table);
  const shadow = quoteShadow(name);
  await session.onTable(
    `CREATE TABLE ${shadow} (LIKE ${quoteTable(table.target)}
       INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)`,
  );
  const travelling = new Set(table.columns.map(({ target }) => target));
  const { rows } = await session.query<{ name: string }>(columnsSql, [shadow]);
  const others = rows.filter((column) => !travelling.has(column.name));
  if (others.length === 0) return name;
  const drops = others.map((column) => `DROP COLUMN ${quoteIdentifier(column.name)}`);
  await session.onTable(`ALTER TABLE ${shadow} ${drops.join(', ')}`);
  return name;
}

/** The column that says what became of a row: `I` or `D`. No target column has its name. */
export function actionColumn({ columns }: TablePlan): string {
  const taken = new Set(columns.map(({ target }) => target));
  let name = 'snowmelt_action';
  while (taken.has(name)) name += '_';
  return name;
}

/** The fields of a change, in their order: what became of the row, then the plan's columns. */
export function changeColumns(table: TablePlan): readonly string[] {
  return [actionColumn(table), ...table.columns.map(({ target }) => target)];
}

/**
 * Makes the table in which a run gathers changes: the target's types and none of its constraints,
 * since a deleted row has its key only. Logged, as the ledger's word outlives a crash.
 */
export async function createChangeTable(session: Session, table: TablePlan): Promise<string> {
  const name = shadowName(table);
  await session.onTable(
    `CREATE TABLE ${quoteShadow(name)} AS
     SELECT NULL::pg_catalog."char" AS ${quoteIdentifier(actionColumn(table))}, ${columnList(table)}
     FROM ${quoteTable(table.target)} WITH NO DATA`,
  );
  return name;
}
