import { addAbortSignal } from 'node:stream';

import {
  decodeCsv,
  SnowmeltError,
  type ChunkPlan,
  type ChunkStream,
  type ColumnPair,
  type ColumnSchema,
  type Finding,
  type LoadReceipt,
  type TablePlan,
  type TableSchema,
  type Target,
  type WorkContext,
} from '@snowmelt/core';

import { referenceDigest } from '../digest/reference-digest.ts';
import { checkKey } from './check-key.ts';
import { MemoryDatabase } from './memory-database.ts';
import { newestWatermark } from './newest-watermark.ts';
import type { TextRow } from './rows.ts';

/**
 * `before-commit`: the connection is lost with nothing written; `after-commit`: the rows are in,
 * and the loader does not learn of it.
 */
export type LoadFault = 'before-commit' | 'after-commit';

export interface MemoryTargetOptions {
  /** Shared by the targets of several "processes"; without it the target has one of its own. */
  readonly database?: MemoryDatabase;
  /** Asked at every load: `nth` counts all loads from 1. */
  readonly fault?: (load: {
    readonly chunk: ChunkPlan;
    readonly nth: number;
  }) => LoadFault | undefined;
}

export interface MemoryTarget extends Target {
  readonly database: MemoryDatabase;
}

/** A target that keeps the whole contract on tables in memory; its fields are CSV text. */
export function memoryTarget(options: MemoryTargetOptions = {}): MemoryTarget {
  const database = options.database ?? new MemoryDatabase();
  let nth = 0;
  return {
    database,
    ping: async () => 'in memory',
    describe: async (ref) => database.schema(ref),
    isEmpty: async (ref) => database.rows(ref).length === 0,
    newestWatermark: async (ref, column) => newestWatermark(database, ref, column),
    fractionDigits: (source, target) => fractionDigits(source, target),
    check: async (plan, existing) => [...check(plan, existing), ...checkKey(plan, existing)],
    prepare: async (plan, { signal }) => {
      signal.throwIfAborted();
      database.snapshots.begin(plan);
      prepare(database, plan);
      database.runs.enter(plan);
      return { indexesDisabled: plan.rebuildIndexes === true };
    },
    receipts: async (plan) =>
      database.receipts(plan).map((entry) => ({ ...entry, alreadyLoaded: true })),
    load: (plan, chunk, open, context) => {
      nth += 1;
      const fault = options.fault?.({ chunk, nth });
      return database.whileLocked(plan, chunk.id, () =>
        load({ database, plan, chunk, fault, open }, context),
      );
    },
    publish: async (plan) => {
      database.snapshots.refuseOvertaken(plan);
      if (plan.mode === 'swap') database.swapOnce(plan);
      const entries = database.receipts(plan);
      database.runs.finish(plan);
      return {
        rows: entries.reduce((sum, { rows }) => sum + rows, 0),
        ...(plan.rebuildIndexes === true ? { indexesBack: [plan.target] } : {}),
      };
    },
    digest: async (plan) => {
      const names = plan.columns.map(({ target }) => target);
      return referenceDigest(plan.columns, database.rows(plan.target, names));
    },
    dependents: async () => [],
    repair: async ({ database: name }) => ({ database: name, tables: [], shadows: [] }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function fractionDigits(source: ColumnSchema, target: ColumnSchema | undefined) {
  if (target === undefined || !('precision' in target.type) || !('precision' in source.type)) {
    return undefined;
  }
  const [has, keeps] = [source.type.precision ?? 0, target.type.precision ?? 0];
  return target.type.kind !== 'decimal' && keeps < has ? keeps : undefined;
}

function check(plan: TablePlan, existing: TableSchema | undefined): Finding[] {
  const filled = new Set(plan.columns.map(({ target }) => target));
  const unfilled = (existing?.columns ?? []).filter(
    ({ name, nullable, hasDefault }) => !nullable && !hasDefault && !filled.has(name),
  );
  return unfilled.map(({ name }) => ({
    code: 'TARGET.TABLE_UNSUITABLE',
    severity: 'error',
    message: `column ${name} takes no NULL and no source column fills it`,
    column: name,
    fix: 'Map a source column to it.',
  }));
}

function prepare(database: MemoryDatabase, plan: TablePlan): void {
  const existing = database.schema(plan.target);
  if (existing === undefined) {
    database.createTable(plan.target, plan.columns.map(targetColumn), plan.primaryKey);
  } else {
    const names = new Set(existing.columns.map(({ name }) => name));
    const missing = plan.columns.filter(({ target }) => !names.has(target));
    for (const column of missing) database.addColumn(plan.target, targetColumn(column));
  }
  if (plan.mode === 'truncate') database.emptyOnce(plan);
}

function targetColumn({ source, target, targetType }: ColumnPair): ColumnSchema {
  return { ...source, name: target, type: targetType ?? source.type, nullable: true };
}

interface Load {
  readonly database: MemoryDatabase;
  readonly plan: TablePlan;
  readonly chunk: ChunkPlan;
  readonly fault: LoadFault | undefined;
  open(): Promise<ChunkStream>;
}

async function load(work: Load, { signal }: WorkContext): Promise<LoadReceipt> {
  const { database, plan, chunk } = work;
  signal.throwIfAborted();
  const before = database.receipts(plan).find((entry) => entry.chunk === chunk.id);
  if (before !== undefined) return { ...before, alreadyLoaded: true };
  database.snapshots.refuseOvertaken(plan);
  const { rows, bytes } = await readChunk(await work.open(), signal);
  signal.throwIfAborted();
  const entry = { chunk: chunk.id, rows: rows.length, bytes };
  if (work.fault === 'before-commit') throw connectionLost();
  database.commit(plan, rows, entry);
  if (work.fault === 'after-commit') throw connectionLost();
  return { ...entry, alreadyLoaded: false };
}

async function readChunk(stream: ChunkStream, signal: AbortSignal) {
  const pieces: Buffer[] = [];
  // Leaving the loop, by an error as well, destroys the stream.
  for await (const piece of addAbortSignal(signal, stream.bytes)) pieces.push(Buffer.from(piece));
  const content = Buffer.concat(pieces);
  const rows = parse(content);
  if (stream.expectedRows !== undefined && stream.expectedRows !== rows.length) {
    const message = `${rows.length} rows arrived, ${stream.expectedRows} were announced`;
    throw new SnowmeltError('TARGET.ROW_COUNT_MISMATCH', message);
  }
  return { rows, bytes: content.length };
}

function parse(content: Buffer): TextRow[] {
  try {
    return decodeCsv(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content));
  } catch (cause) {
    throw new SnowmeltError('TARGET.ROW_REJECTED', `not canonical CSV: ${String(cause)}`, {
      cause,
    });
  }
}

function connectionLost(): SnowmeltError {
  return new SnowmeltError('TARGET.CONNECTION_LOST', 'the connection ended');
}
