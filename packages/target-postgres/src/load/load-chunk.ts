import {
  type ChunkPlan,
  type ChunkStream,
  isSnowmeltError,
  type LoadReceipt,
  SnowmeltError,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { limitLocks } from '../connect/session-settings.ts';
import { type Session, tableOptions, transaction } from '../connect/transaction.ts';
import { rejectedRow } from '../copy/copy-error.ts';
import { type Copied, copySql, copyStream } from '../copy/copy-stream.ts';
import { enterChunk, readReceipts, recordChunk, recordDivided } from '../ledger/chunk-ledger.ts';
import { shareLoads } from '../ledger/lock-target.ts';
import { refuseStalePlan } from '../ledger/table-ledger.ts';
import type { ChunkLoad, LoadRows, LoadWay } from '../modes/shared/mode.ts';
import { loadAround } from '../quarantine/load-around.ts';

export interface LoadRequest {
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
  readonly open: () => Promise<ChunkStream>;
  readonly context: WorkContext;
  /** Where its rows go, and how. */
  readonly load: ChunkLoad;
}

/**
 * P2: ledger row and rows in one transaction. The ledger row comes first, so that a second loader
 * of the chunk waits at its key and then finds it done; then the lock of the table, so that nobody
 * waits with an open source; then the bytes. A way that fails has left nothing for the next one.
 */
export async function loadChunk(databases: Databases, request: LoadRequest): Promise<LoadReceipt> {
  return loadBy(databases, request, waysOf(request.load, request.table));
}

/** Puts the rows of the stream into the target, in the transaction in hand. */
type PutStream = (session: Session, stream: ChunkStream, loading: LoadRequest) => Promise<Copied>;

interface ChunkWay extends Omit<LoadWay, 'put'> {
  readonly put: PutStream;
}

function waysOf({ ways, rejects }: ChunkLoad, table: TablePlan): readonly ChunkWay[] {
  const whole = ways(table).map((way) => ({ ...way, put: wholeChunk(way.put) }));
  if (table.rejects === undefined || rejects === undefined) return whole;
  const { around } = rejects;
  const put: PutStream = (session, stream, { chunk, context: { signal } }) =>
    loadAround({ session, table, chunk, stream, signal }, around);
  return [...whole, { put, after: isRowRejected, event: 'chunk_sifted' }];
}

/** All rows or none. */
function wholeChunk(put: LoadRows): PutStream {
  return (session, stream, { table, load, context }) =>
    put({
      session,
      table,
      copyInto: async (into, fields = load.fields(table)) =>
        copyStream(await session.copying(), copySql(into, fields), stream.bytes, context.signal),
    });
}

function isRowRejected(error: unknown): boolean {
  return isSnowmeltError(error) && error.code === 'TARGET.ROW_REJECTED';
}

async function loadBy(
  databases: Databases,
  loading: LoadRequest,
  [way, ...others]: readonly ChunkWay[],
): Promise<LoadReceipt> {
  const { table, chunk, context } = loading;
  if (way === undefined) throw new Error(`there is no way to load ${chunk.id}`);
  try {
    return await loadInTransaction(databases, loading, way.put);
  } catch (error) {
    const next = others.findIndex(({ after }) => after?.(error));
    if (next < 0) throw error;
    const event = others[next]?.event ?? 'chunk_again';
    context.log.info(event, { table: table.key, chunk: chunk.id });
    return loadBy(databases, loading, others.slice(next));
  }
}

function loadInTransaction(
  databases: Databases,
  loading: LoadRequest,
  put: PutStream,
): Promise<LoadReceipt> {
  const { table } = loading;
  const options = {
    ...loadOptions(loading),
    // Of COMMIT as well, where deferred constraints speak.
    explain: (error: unknown) => rejectedRow(error, table),
  };
  return transaction(databases, options, (session) => loadOnce(databases, session, loading, put));
}

function loadOptions({ table, chunk, context }: Omit<LoadRequest, 'open' | 'load'>) {
  const place = { run: table.run, table: table.key, chunk: chunk.id };
  return { ...tableOptions(table, context), purpose: 'load', place } as const;
}

async function loadOnce(
  databases: Databases,
  session: Session,
  loading: LoadRequest,
  put: PutStream,
): Promise<LoadReceipt> {
  const { table, chunk, load, open, context } = loading;
  if (!(await enterChunk(session, table, chunk))) return knownReceipt(session, table, chunk);
  await load.refuseLate?.(session, table);
  await lockRows(databases, session, table, load.place(table));
  await refuseStalePlan(session, table);
  context.signal.throwIfAborted();
  const stream = await open();
  try {
    const copied = await put(session, stream, loading);
    refuseOtherCount(copied, stream);
    return await recordChunk(session, table, chunk, copied);
  } finally {
    stream.bytes.destroy();
  }
}

type DivideRequest = Omit<LoadRequest, 'open' | 'load'> & { readonly pieces: number };

/** Enters the chunk as its loaders do, so that none of them commits it afterwards. */
export async function divideChunk(
  databases: Databases,
  { table, chunk, pieces, context }: DivideRequest,
): Promise<LoadReceipt> {
  const options = loadOptions({ table, chunk, context });
  return transaction(databases, options, async (session) => {
    if (await enterChunk(session, table, chunk)) {
      await refuseStalePlan(session, table);
      await recordDivided(session, table, chunk, pieces);
    }
    return knownReceipt(session, table, chunk);
  });
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
