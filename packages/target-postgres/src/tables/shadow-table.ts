import { createHash } from 'node:crypto';

import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';

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
