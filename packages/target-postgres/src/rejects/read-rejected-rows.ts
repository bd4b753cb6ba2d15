import type { RejectedRow, RejectQuery, RejectState, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { ledgerExists } from '../ledger/ensure-ledger.ts';
import { filterSql, filterValues } from './list-rejects.ts';

interface StoredRow {
  readonly id: string;
  readonly run_id: string;
  readonly table_key: string;
  readonly chunk_id: string;
  readonly target_schema: string;
  readonly target_table: string;
  readonly row_in_chunk: string | null;
  readonly row_text: Buffer;
  readonly sqlstate: string;
  readonly message: string;
  readonly column_name: string | null;
  readonly rejected_at: Date;
  readonly state: RejectState;
}

const rowsSql = `
SELECT * FROM snowmelt.rejects
WHERE ${filterSql} AND ($3 OR state = 'open')
ORDER BY id LIMIT $4`;

export async function readRejectedRows(
  databases: Databases,
  database: string,
  query: RejectQuery & { readonly limit: number },
  { signal }: WorkContext,
): Promise<readonly RejectedRow[]> {
  const options = { database, signal, purpose: 'plain' } as const;
  return transaction(databases, options, async (session) => {
    if (!(await ledgerExists(session))) return [];
    const values = [...filterValues(query), query.all, query.limit];
    const { rows } = await session.query<StoredRow & object>(rowsSql, values);
    return rows.map((row) => rejectedRowOf(database, row));
  });
}

function rejectedRowOf(database: string, row: StoredRow): RejectedRow {
  return {
    id: row.id,
    run: row.run_id,
    table: row.table_key,
    chunk: row.chunk_id,
    target: { database, schema: row.target_schema, name: row.target_table },
    state: row.state,
    ...(row.row_in_chunk === null ? {} : { rowInChunk: Number(row.row_in_chunk) }),
    code: row.sqlstate,
    message: row.message,
    ...(row.column_name === null ? {} : { column: row.column_name }),
    rejectedAt: row.rejected_at,
    row: readableRow(row.row_text),
  };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes as text; where they are no UTF-8, ASCII with `\x..` in place of each other byte. */
function readableRow(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) =>
      byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`,
    ).join('');
  }
}
