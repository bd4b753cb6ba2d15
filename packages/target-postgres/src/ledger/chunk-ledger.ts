import type { ChunkPlan, LoadReceipt, TablePlan } from '@snowmelt/core';

import { sessionName, type Session } from '../connect/transaction.ts';
import type { Copied } from '../copy/copy-stream.ts';

const enterSql = `
INSERT INTO snowmelt.chunk_ledger (run_id, table_key, chunk_id, of_keys)
VALUES ($1, $2, $3, $4)
ON CONFLICT (run_id, table_key, chunk_id) DO NOTHING`;

/** Milliseconds that another loader of the chunk is given to come to its end. */
const graceMs = 5000;

/**
 * Enters the chunk into the ledger. Waits for another loader of it, and ends that one: whoever comes has
 * the chunk's lease, so that the other one's has run out. `false`: the chunk is in.
 */
export async function enterChunk(
  session: Session,
  table: TablePlan,
  chunk: ChunkPlan,
): Promise<boolean> {
  const values = [table.run, table.key, chunk.id, chunk.of === 'keys'];
  const what = `chunk ${chunk.id}, which another loader has in hand,`;
  const stale = { name: sessionName(table.run, 'load'), afterMs: graceMs };
  const { rowCount } = await session.locking(what, () => session.query(enterSql, values), stale);
  return rowCount === 1;
}

/** `xids` are what the chunk's rows carry in `xmin`: of the transaction, and of its savepoints. */
const recordSql = `
UPDATE snowmelt.chunk_ledger
SET rows = $4, bytes = $5, rejected = $6, keys_met = $9, loaded_at = clock_timestamp(), written = $7,
    inserted = $10, updated = $11, xact = pg_catalog.pg_current_xact_id()::text::bigint,
    xids = pg_catalog.array_append($8::xid[], pg_catalog.pg_current_xact_id()::xid)
WHERE run_id = $1 AND table_key = $2 AND chunk_id = $3`;

export async function recordChunk(
  session: Session,
  table: TablePlan,
  chunk: ChunkPlan,
  { rows, bytes, rejected = 0, written = rows, xids = [], met = 0, merged }: Copied,
): Promise<LoadReceipt> {
  const figures = [rows, bytes, rejected, written === 'unknown' ? null : written, xids, met];
  const split = [merged?.inserted ?? null, merged?.updated ?? null];
  await session.query(recordSql, [table.run, table.key, chunk.id, ...figures, ...split]);
  return {
    chunk: chunk.id,
    ...ofKeys(chunk.of === 'keys'),
    rows,
    bytes,
    ...some({ rejected, met }),
    alreadyLoaded: false,
  };
}

const divideSql = `
UPDATE snowmelt.chunk_ledger
SET divided_into = $4, loaded_at = clock_timestamp(), written = 0,
    xact = pg_catalog.pg_current_xact_id()::text::bigint, xids = '{}'
WHERE run_id = $1 AND table_key = $2 AND chunk_id = $3`;

/** As a chunk without rows, of which it is known that its pieces have them. */
export async function recordDivided(
  session: Session,
  { run, key }: TablePlan,
  { id }: ChunkPlan,
  pieces: number,
): Promise<void> {
  await session.query(divideSql, [run, key, id, pieces]);
}

interface ReceiptRow {
  readonly chunk_id: string;
  /** bigint, which pg gives as text. */
  readonly rows: string;
  readonly bytes: string;
  readonly of_keys: boolean;
  readonly rejected: string;
  readonly keys_met: string;
  readonly divided_into: number | null;
}

const receiptsSql = `
SELECT chunk_id, rows, bytes, of_keys, rejected, keys_met, divided_into FROM snowmelt.chunk_ledger
WHERE run_id = $1 AND table_key = $2 AND ($3::text IS NULL OR chunk_id = $3)
ORDER BY loaded_at, chunk_id`;

/** What the ledger has of the table in this run, or of one chunk of it. */
export async function readReceipts(
  session: Session,
  table: TablePlan,
  chunk?: string,
): Promise<readonly LoadReceipt[]> {
  const values = [table.run, table.key, chunk ?? null];
  const { rows } = await session.query<ReceiptRow>(receiptsSql, values);
  return rows.map((row) => ({
    chunk: row.chunk_id,
    ...ofKeys(row.of_keys),
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    ...some({ rejected: Number(row.rejected), met: Number(row.keys_met) }),
    ...(row.divided_into === null ? {} : { dividedInto: row.divided_into }),
    alreadyLoaded: true,
  }));
}

function ofKeys(isOfKeys: boolean): Pick<LoadReceipt, 'of'> {
  return isOfKeys ? { of: 'keys' } : {};
}

function some({ rejected, met }: { readonly rejected: number; readonly met: number }) {
  return { ...(rejected === 0 ? {} : { rejected }), ...(met === 0 ? {} : { met }) };
}
