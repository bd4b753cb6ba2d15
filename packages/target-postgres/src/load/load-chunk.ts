import {
  isSnowmeltError,
  SnowmeltError,
  type ChunkPlan,
  type ChunkStream,
  type LoadReceipt,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { limitLocks } from '../connect/session-settings.ts';
import { sqlState } from '../connect/server-error.ts';
import { transaction, type Session } from '../connect/transaction.ts';
import { refuseStalePlan } from '../prepare/table-ledger.ts';
import { quoteIdentifier, quoteTable } from '../quote-identifier.ts';
import { quoteShadow, shadowName } from '../swap/shadow-table.ts';
import { refuseWithoutShadow } from '../swap/swap-ledger.ts';
import { claimChunk, readReceipts, recordChunk } from './chunk-ledger.ts';
import { rejectedRow } from './copy-error.ts';
import { copyStream, type Copied } from './copy-stream.ts';
import { append } from './modes/append.ts';
import { loadModes } from './modes/load-modes.ts';
import type { LoadRows } from './modes/load-rows.ts';

export interface LoadRequest {
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
  readonly open: () => Promise<ChunkStream>;
  readonly context: WorkContext;
}

/**
 * P2: ledger row and rows in one transaction. The ledger row comes first, so that a second loader
 * of the chunk waits at its key and then finds it done; then the lock of the table, so that nobody
 * waits with an open source; then the bytes.
 */
export async function loadChunk(databases: Databases, request: LoadRequest): Promise<LoadReceipt> {
  const { table, chunk, context } = request;
  const options = {
    database: table.target.database,
    signal: context.signal,
    purpose: 'load',
    place: { run: table.run, table: table.key, chunk: chunk.id },
    // Of COMMIT as well, where deferred constraints speak.
    explain: (error: unknown) => rejectedRow(error, table),
  } as const;
  const loadBy = (loadRows: LoadRows) =>
    transaction(databases, options, (session) => loadOnce(databases, session, request, loadRows));
  if (table.firstLoad !== true) return loadBy(loadModes[table.mode]);
  try {
    return await loadBy(append);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // A key comes twice in the source, or somebody else has stored it meanwhile.
    context.log.info('chunk_merged', { table: table.key, chunk: chunk.id });
    return loadBy(loadModes[table.mode]);
  }
}

/** Also of COMMIT, where a deferred constraint speaks. */
function isDuplicateKey(error: unknown): boolean {
  return isSnowmeltError(error) && sqlState(error.cause) === '23505';
}

async function loadOnce(
  databases: Databases,
  session: Session,
  { table, chunk, open, context }: LoadRequest,
  loadRows: LoadRows,
): Promise<LoadReceipt> {
  if (!(await claimChunk(session, table, chunk))) return knownReceipt(session, table, chunk);
  if (table.mode === 'swap') await refuseWithoutShadow(session, table);
  await lockRows(databases, session, table);
  await refuseStalePlan(session, table);
  context.signal.throwIfAborted();
  const stream = await open();
  try {
    const copied = await loadRows({
      session,
      table,
      copyInto: (into) =>
        copyStream(session.client, copySql(into, table), stream.bytes, context.signal),
    });
    refuseOtherCount(copied, stream);
    return await recordChunk(session, table, chunk, copied);
  } finally {
    stream.bytes.destroy();
  }
}

async function knownReceipt(
  session: Session,
  table: TablePlan,
  chunk: ChunkPlan,
): Promise<LoadReceipt> {
  const [receipt] = await readReceipts(session, table, chunk.id);
  if (receipt !== undefined) return receipt;
  throw new SnowmeltError('TARGET.LOCKED', 'the ledger row of the chunk was removed meanwhile');
}

/** What COPY takes anyway; TRUNCATE of another run can't come between this and COMMIT. */
async function lockRows(databases: Databases, session: Session, table: TablePlan): Promise<void> {
  const name = table.mode === 'swap' ? quoteShadow(shadowName(table)) : quoteTable(table.target);
  await session.locking(`COPY into ${name}`, () =>
    session.query(
      `${limitLocks(databases.lockTimeoutMs)} LOCK TABLE ${name} IN ROW EXCLUSIVE MODE`,
    ),
  );
}

/** The defaults of CSV are the canonical form: comma, quote doubled, NULL is nothing. */
function copySql(into: string, table: TablePlan): string {
  const columns = table.columns.map(({ target }) => quoteIdentifier(target)).join(', ');
  return `COPY ${into} (${columns}) FROM STDIN (FORMAT csv)`;
}

function refuseOtherCount({ rows }: Copied, { expectedRows }: ChunkStream): void {
  if (expectedRows === undefined || expectedRows === rows) return;
  throw new SnowmeltError(
    'TARGET.ROW_COUNT_MISMATCH',
    `the source announced ${expectedRows} rows, PostgreSQL counted ${rows}`,
  );
}
