import { deleteMissingOf, type FedColumn, type TablePlan, type WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction, type Session } from '../connect/transaction.ts';
import { markColumns } from '../tables/keys-table.ts';
import { ledgerExists } from './ensure-ledger.ts';

type FedTable = Pick<TablePlan, 'key' | 'target'>;

/** The column that has the number of the fed one now, where the table is still the same. */
const fedSql = `
SELECT f.column_name AS column, f.source_column AS source, f.source_type AS "sourceType",
       f.position, f.filled, a.attname::text AS "nameNow"
FROM snowmelt.fed_columns f
LEFT JOIN pg_catalog.pg_class c ON c.oid = f.relation AND c.relname = f.target_table
LEFT JOIN pg_catalog.pg_attribute a
  ON a.attrelid = c.oid AND a.attnum = f.attribute AND NOT a.attisdropped
WHERE f.table_key = $1 AND f.target_schema = $2 AND f.target_table = $3
ORDER BY f.position`;

type Row = { readonly [K in keyof FedColumn]-?: FedColumn[K] | null };

/** Columns of the target that runs have fed from this source table. */
export async function fedColumns(
  databases: Databases,
  table: FedTable,
  { signal }: WorkContext,
): Promise<readonly FedColumn[]> {
  const { database, schema, name } = table.target;
  const options = { database, signal, purpose: 'plain' } as const;
  return transaction(databases, options, async (session) => {
    if (!(await ledgerExists(session))) return [];
    const { rows } = await session.query<Row & object>(fedSql, [table.key, schema, name]);
    return rows.map(fedColumn);
  });
}

function fedColumn({ column, source, sourceType, position, filled, nameNow }: Row): FedColumn {
  return {
    column: column ?? '',
    position: position ?? 0,
    filled: filled === true,
    ...(source === null ? {} : { source }),
    ...(sourceType === null ? {} : { sourceType }),
    ...(nameNow === null ? {} : { nameNow }),
  };
}

const recordSql = `
INSERT INTO snowmelt.fed_columns
  (target_schema, target_table, table_key, column_name, source_column, source_type, position,
   relation, attribute)
SELECT $1, $2, $3, f.name, f.source, f.type, f.position, c.oid, a.attnum
FROM unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS f (name, source, type, position)
JOIN pg_catalog.pg_namespace n ON n.nspname = $1
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = $2
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = f.name
ON CONFLICT (target_schema, target_table, table_key, column_name) DO UPDATE
SET source_column = excluded.source_column, source_type = excluded.source_type,
    position = excluded.position, relation = excluded.relation, attribute = excluded.attribute`;

/** In the transaction that prepares the table, after its columns are there: a kill leaves rows. */
export async function recordFed(session: Session, table: TablePlan): Promise<void> {
  const { target, key, columns } = table;
  const mark = markColumns(deleteMissingOf(table));
  const names = [...columns.map((pair) => pair.target), ...mark];
  const sources = [...columns.map(({ source }) => source.name), ...mark.map(() => null)];
  const types = [...columns.map(({ source }) => source.nativeType), ...mark.map(() => null)];
  await session.query(recordSql, [target.schema, target.name, key, names, sources, types]);
}

const filledSql = `
UPDATE snowmelt.fed_columns SET filled = true
WHERE target_schema = $1 AND target_table = $2 AND table_key = $3 AND column_name = ANY ($4)
  AND NOT filled`;

/** In the transaction that ends the table. */
export async function recordFilled(session: Session, table: TablePlan): Promise<void> {
  const { target, key, columns } = table;
  const names = columns.map((pair) => pair.target);
  await session.query(filledSql, [target.schema, target.name, key, names]);
}
