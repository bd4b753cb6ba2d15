import { deleteMissingOf, type Finding, type TablePlan, type TableSchema } from '@snowmelt/core';

import { caution, unsuitable } from '../describe/findings.ts';
import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { incomingKeys, nameChildren } from '../describe/incoming-keys.ts';
import { checkMark } from './check-mark.ts';

interface MissingFacts {
  readonly inheriting: readonly string[];
  /** Unique indexes that compare their columns otherwise than the columns themselves do. */
  readonly other_collations: readonly string[];
}

const factsSql = `
SELECT ARRAY(SELECT i.inhrelid::regclass::text
             FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class h ON h.oid = i.inhrelid
             WHERE i.inhparent = c.oid AND NOT h.relispartition ORDER BY 1) AS inheriting,
       ARRAY(SELECT DISTINCT i.indexrelid::regclass::text
             FROM pg_catalog.pg_index i
             CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indcollation::oid[]) AS k (attnum, compares_by)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
             WHERE i.indrelid = c.oid AND i.indisunique AND k.compares_by <> 0
               AND k.compares_by <> a.attcollation
               AND a.attname = ANY ($2::text[])
             ORDER BY 1) AS other_collations
FROM pg_catalog.pg_class c
WHERE c.oid = pg_catalog.to_regclass($1)`;

/** What `delete_missing` needs of a table that is there, and what it may do to others. */
export async function checkMissing(
  session: Session,
  table: TablePlan,
  existing: TableSchema,
): Promise<readonly Finding[]> {
  const missing = deleteMissingOf(table);
  if (missing === undefined) return [];
  const quoted = quoteTable(table.target);
  const values = [quoted, table.keyColumns];
  const [facts] = (await session.query<MissingFacts & object>(factsSql, values)).rows;
  if (facts === undefined) return [];
  return [
    ...shape(table, facts),
    ...(missing.how === 'soft' ? checkMark(table, existing, missing) : []),
    ...(missing.how === 'hard' ? await referring(session, table) : []),
    ...(await otherSources(session, table)),
  ];
}

function shape(table: TablePlan, { inheriting, other_collations }: MissingFacts) {
  const label = labelOf(table);
  const reaches = unsuitable({
    message: `delete_missing of ${label} would reach the tables that inherit from it: ${inheriting.join(', ')}`,
    fix: 'Use another target, or delete_missing: off.',
  });
  const otherwise = unsuitable({
    message: `the unique index ${other_collations.join(', ')} of ${label} compares keys in another collation than their columns: a key could be found by the one and missing by the other`,
    fix: 'Make the index with the collation of the columns, or use delete_missing: off.',
  });
  return [
    ...(inheriting.length > 0 ? [reaches] : []),
    ...(other_collations.length > 0 ? [otherwise] : []),
  ];
}

async function referring(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const keys = await incomingKeys(session, quoteTable(table.target));
  const others = keys.filter(({ own }) => !own);
  const acting = others.filter(({ on_delete }) => ['c', 'n', 'd'].includes(on_delete));
  const holding = others.filter(({ on_delete }) => ['a', 'r'].includes(on_delete));
  const acts = caution({
    message: `rows that delete_missing deletes from ${labelOf(table)} delete or change those of ${nameChildren(acting)} that refer to them (CASCADE, SET NULL, SET DEFAULT)`,
    fix: 'Make the foreign keys NO ACTION, or use delete_missing: soft, if that is not meant.',
  });
  const holds = caution({
    message: `while rows of ${nameChildren(holding)} refer to rows that are missing in the source, delete_missing of ${labelOf(table)} fails and deletes nothing`,
    fix: 'Let the referring table have delete_missing as well: its rows go first, and the same command again deletes the others.',
  });
  return [...(acting.length > 0 ? [acts] : []), ...(holding.length > 0 ? [holds] : [])];
}

const othersSql = `
SELECT DISTINCT o.table_key AS key
FROM snowmelt.table_ledger o
WHERE o.target_schema = $1 AND o.target_table = $2 AND o.table_key <> $3
  AND o.superseded_by IS NULL
  AND EXISTS (SELECT 1 FROM snowmelt.chunk_ledger c
              WHERE c.run_id = o.run_id AND c.table_key = o.table_key AND c.rows > 0)
ORDER BY 1
LIMIT 3`;

const readableSql = `
SELECT bool_and(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')) AS readable
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'snowmelt' AND c.relname IN ('table_ledger', 'chunk_ledger')`;

/** The configuration knows of no other table with this target; the ledger may. */
async function otherSources(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const [ledger] = (await session.query<{ readable: boolean }>(readableSql)).rows;
  if (ledger?.readable !== true) return [];
  const { schema, name } = table.target;
  const { rows } = await session.query<{ key: string }>(othersSql, [schema, name, table.key]);
  if (rows.length === 0) return [];
  const keys = rows.map(({ key }) => key).join(', ');
  return [
    caution({
      message: `${labelOf(table)} holds rows that were loaded as ${keys}: those that ${table.source.name} lacks are missing rows as well`,
      fix: 'Give the table a target of its own, or set delete_missing: off, if they are to stay.',
    }),
  ];
}

function labelOf({ target }: TablePlan): string {
  return `${target.schema}.${target.name}`;
}
