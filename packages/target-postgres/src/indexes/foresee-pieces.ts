import { modeTraits, type TablePiece, type TablePlan, type WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { dropsIndexes } from './drop-indexes.ts';
import { comesBack, foreignKeyComesBack, lookingUp } from './record-pieces.ts';

/** $1 the table, $2 key columns of an upsert, $3 whether primary key and replica identity stay. */
const piecesSql = `
SELECT c.relname::text AS name, 'index' AS kind,
  g.oid IS NOT NULL AND t.relkind = 'r' AS goes,
  CASE WHEN t.relkind <> 'r' THEN 'the table is partitioned'
    WHEN NOT (x.indisvalid AND x.indisready AND x.indislive) THEN 'it is not valid'
    WHEN $3::boolean AND (x.indisprimary OR x.indisreplident) THEN 'rows are found by it'
    WHEN k.contype = 'x' THEN 'an exclusion constraint can not be put back'
    WHEN EXISTS (${lookingUp('c.oid')}) THEN 'a function in it looks names up'
    WHEN x.indisunique AND cardinality($2::text[]) > 0 THEN 'rows are found by it'
    ELSE 'something stands on it' END AS why
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
LEFT JOIN pg_catalog.pg_constraint k
  ON k.conindid = c.oid AND k.conrelid = x.indrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN (SELECT c.oid ${comesBack('pg_catalog.to_regclass($1)', '$2', '$3')}) g ON g.oid = c.oid
WHERE x.indrelid = pg_catalog.to_regclass($1)
UNION ALL
SELECT k.conname::text, 'foreign key', t.relkind = 'r' AND ${foreignKeyComesBack},
  CASE WHEN t.relkind <> 'r' THEN 'the table is partitioned'
    ELSE 'the role could not add it again' END
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
WHERE k.conrelid = pg_catalog.to_regclass($1) AND k.contype = 'f'
ORDER BY 2 DESC, 1`;

interface PieceRow {
  readonly name: string;
  readonly kind: TablePiece['kind'];
  readonly goes: boolean;
  readonly why: string;
}

/** By the same rules as `dropIndexes` and a swap; nothing is locked. */
export async function foreseePieces(
  databases: Databases,
  table: TablePlan,
  { signal }: WorkContext,
): Promise<readonly TablePiece[]> {
  const { target, mode, keyColumns } = table;
  const { merges: keepsKeys, gathers, replacesAll } = modeTraits[mode];
  const values = [quoteTable(target), keepsKeys ? keyColumns : [], keepsKeys];
  const options = { database: target.database, signal, purpose: 'plain' } as const;
  const { rows } = await transaction(databases, options, (session) =>
    session.query<PieceRow & object>(piecesSql, values),
  );
  return rows.map(({ name, kind, goes, why }): TablePiece => {
    if (gathers && replacesAll) return { name, kind, becomes: 'anew' };
    if (!dropsIndexes(table)) return { name, kind, becomes: 'stays' };
    return goes ? { name, kind, becomes: 'away' } : { name, kind, becomes: 'stays', why };
  });
}
