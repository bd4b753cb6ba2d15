import {
  isSnowmeltError,
  SnowmeltError,
  type ChunkPlan,
  type ChunkStream,
  type LoadReceipt,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';
import { sqlState } from '@snowmelt/pg-connection';

import type { Databases } from '../connect/databases.ts';
import { limitLocks } from '../connect/session-settings.ts';
import { tableOptions, transaction, type Session } from '../connect/transaction.ts';
import { looseKeys } from '../keys/loose-keys.ts';
import { refuseWithoutKeys } from '../missing/keys-ledger.ts';
import { keyNames, quoteKeys } from '../tables/keys-table.ts';
import { shareLoads } from '../ledger/lock-target.ts';
import { refuseStalePlan } from '../ledger/table-ledger.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { changeColumns } from '../tables/change-table.ts';
import { gathers } from '../modes/gather/gathers.ts';
import { quoteShadow, shadowName } from '../tables/shadow-table.ts';
import { refuseWithoutShadow } from '../modes/gather/swap-ledger.ts';
import { claimChunk, readReceipts, recordChunk } from '../ledger/chunk-ledger.ts';
import { rejectedRow } from '../copy/copy-error.ts';
import { copySql } from '../copy/copy-sql.ts';
import { copyStream, type Copied } from '../copy/copy-stream.ts';
import { append } from './modes/append.ts';
import { gatherKeys } from './modes/gather-keys.ts';
import { loadModes } from './modes/load-modes.ts';
import type { LoadRows } from './modes/load-rows.ts';
import { loadAround } from '../quarantine/load-around.ts';

export interface LoadRequest {
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
  readonly open: () => Promise<ChunkStream>;
  readonly context: WorkContext;
}

/**
 * P2: ledger row and rows in one transaction. The ledger row comes first, so that a second loader
 * of the chunk waits at its key and then finds it done; then the lock of the table, so that nobody
 * waits with an open source; then the bytes. A way that fails has left nothing for the next one.
 */
export async function loadChunk(databases: Databases, request: LoadRequest): Promise<LoadReceipt> {
  const { table, chunk, context } = request;
  const tell = (event: string) => context.log.info(event, { table: table.key, chunk: chunk.id });
  const loadBy = (way: ChunkWay) => loadInTransaction(databases, request, way);
  if (chunk.of === 'keys') return loadBy(wholeChunk(gatherKeys));
  try {
    if (table.firstLoad !== true) return await loadBy(wholeChunk(loadModes[table.mode]));
    return await loadFirst(loadBy, request, tell);
  } catch (error) {
    if (table.rejects === undefined || !isRowRejected(error)) throw error;
    tell('chunk_sifted');
    return loadBy(aroundRefusedRows);
  }
}

async function loadFirst(
  loadBy: (way: ChunkWay) => Promise<LoadReceipt>,
  { table }: LoadRequest,
  tell: (event: string) => void,
): Promise<LoadReceipt> {
  try {
    return await loadBy(wholeChunk(firstRows));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // A key comes twice in the source, or somebody else has stored it meanwhile.
    tell('chunk_merged');
    return loadBy(wholeChunk(loadModes[table.mode]));
  }
}

/** Rows of keys that may meet are merged from the first one on: only merging sees that they do. */
const firstRows: LoadRows = async (request) => {
  const loose = await looseKeys(request.session, request.table);
  return loose.length === 0 ? append(request) : loadModes[request.table.mode](request);
};

/** Also of COMMIT, where a deferred constraint speaks. */
function isDuplicateKey(error: unknown): boolean {
  return isSnowmeltError(error) && sqlState(error.cause) === '23505';
}

function isRowRejected(error: unknown): boolean {
  return isSnowmeltError(error) && error.code === 'TARGET.ROW_REJECTED';
}

/** Puts the rows of the stream into the target, in the transaction in hand. */
type ChunkWay = (session: Session, stream: ChunkStream, request: LoadRequest) => Promise<Copied>;

/** All rows or none. */
function wholeChunk(loadRows: LoadRows): ChunkWay {
  return (session, stream, { table, chunk, context }) =>
    loadRows({
      session,
      table,
      copyInto: (into, fields = fieldsOf(table, chunk)) =>
        copyStream(session.client, copySql(into, fields), stream.bytes, context.signal),
    });
}

const aroundRefusedRows: ChunkWay = (session, stream, { table, chunk, context }) =>
  loadAround({ session, table, chunk, stream, signal: context.signal });

function loadInTransaction(
  databases: Databases,
  request: LoadRequest,
  way: ChunkWay,
): Promise<LoadReceipt> {
  const { table, chunk, context } = request;
  const options = {
    ...tableOptions(table, context),
    purpose: 'load',
    place: { run: table.run, table: table.key, chunk: chunk.id },
    // Of COMMIT as well, where deferred constraints speak.
    explain: (error: unknown) => rejectedRow(error, table),
  } as const;
  return transaction(databases, options, (session) => loadOnce(databases, session, request, way));
}

async function loadOnce(
  databases: Databases,
  session: Session,
  request: LoadRequest,
  way: ChunkWay,
): Promise<LoadReceipt> {
  const { table, chunk, open, context } = request;
  if (!(await claimChunk(session, table, chunk))) return knownReceipt(session, table, chunk);
  if (gathers(table)) await refuseWithoutShadow(session, table);
  if (chunk.of === 'keys') await refuseWithoutKeys(session, table);
  await lockRows(databases, session, table, placeOf(table, chunk));
  await refuseStalePlan(session, table);
  context.signal.throwIfAborted();
  const stream = await open();
  try {
    const copied = await way(session, stream, request);
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

/** The columns that the fields of a chunk go into, in their order. */
function fieldsOf(table: TablePlan, chunk: ChunkPlan): readonly string[] {
  if (chunk.of === 'keys') return keyNames(table);
  return table.mode === 'changes'
    ? changeColumns(table)
    : table.columns.map(({ target }) => target);
}

/** What a chunk goes into, or is merged into. */
function placeOf(table: TablePlan, chunk: ChunkPlan): string {
  if (chunk.of === 'keys') return quoteKeys(table);
  return gathers(table) ? quoteShadow(shadowName(table)) : quoteTable(table.target);
}

/** What COPY takes anyway; TRUNCATE of another run can't come between this and COMMIT. */
async function lockRows(
  databases: Databases,
  session: Session,
  table: TablePlan,
  name: string,
): Promise<void> {
  await session.locking(`COPY into ${name}`, () =>
    session.query(
      `${limitLocks(databases.lockTimeoutMs)} ${shareLoads(table)} LOCK TABLE ${name} IN ROW EXCLUSIVE MODE`,
    ),
  );
}

function refuseOtherCount({ rows, rejected = 0 }: Copied, { expectedRows }: ChunkStream): void {
  const counted = rows + rejected;
  if (expectedRows === undefined || expectedRows === counted) return;
  throw new SnowmeltError(
    'TARGET.ROW_COUNT_MISMATCH',
    `the source announced ${expectedRows} rows, PostgreSQL counted ${counted}`,
  );
}
