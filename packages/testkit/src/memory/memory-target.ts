import {
  type ChunkPlan,
  type ChunkStream,
  type ColumnPair,
  type ColumnSchema,
  deleteMissingOf,
  type Loading,
  type LoadReceipt,
  type PrepareReceipt,
  type PublishReceipt,
  rebuildsIndexes,
  type Rejects,
  SnowmeltError,
  type TablePlan,
  type Target,
  type WorkContext,
  unfilledColumns,
} from '@snowmelt/core';

import { referenceDigest } from '../digest/reference-digest.ts';
import { checkKey } from './check-key.ts';
import { checkMark } from './check-mark.ts';
import { MemoryDatabase } from './memory-database.ts';
import { memoryModes, putAgain } from './memory-modes.ts';
import type { RefusedRow } from './memory-rejects.ts';
import { newestWatermark } from './newest-watermark.ts';
import { readChunk } from './read-chunk.ts';
import type { TextRow } from './rows.ts';
import { standingOf, stands } from './stands.ts';

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

type MemoryCapabilities = Required<
  Pick<
    Target,
    | 'divides'
    | 'standing'
    | 'createsTables'
    | 'limits'
    | 'merges'
    | 'swaps'
    | 'deletesMissing'
    | 'changes'
    | 'watermarks'
    | 'rejects'
    | 'repairs'
    | 'digests'
  >
>;

export interface MemoryTarget
  extends
    Omit<Target, keyof Loading<TablePlan> | keyof MemoryCapabilities>,
    Loading<TablePlan>,
    MemoryCapabilities {
  readonly database: MemoryDatabase;
}

/** A target that keeps the whole contract on tables in memory; its fields are CSV text. */
export function memoryTarget(options: MemoryTargetOptions = {}): MemoryTarget {
  const database = options.database ?? new MemoryDatabase();
  let nth = 0;
  const loading: Loading<TablePlan> = {
    check: async (plan, existing) => [
      ...unfilledColumns(plan, existing),
      ...checkKey(plan, existing),
      ...checkMark(plan, existing),
    ],
    prepare: async (plan, { signal }) => {
      signal.throwIfAborted();
      return begin(database, plan);
    },
    load: (plan, chunk, open, context) => {
      nth += 1;
      const fault = options.fault?.({ chunk, nth });
      return database.whileLocked(plan, chunk.id, () =>
        load({ database, plan, chunk, fault, open }, context),
      );
    },
    publish: async (plan) => publish(database, plan),
    restart: async (plan, why) => ({ restarts: database.restart(plan), why }),
  };
  return {
    database,
    ...loading,
    ping: async () => 'in memory',
    describe: async (ref) => database.schema(ref),
    isEmpty: async (ref) => database.rows(ref).length === 0,
    count: async (ref) => database.rows(ref).length,
    receipts: async (plan) =>
      database.receipts(plan).map((entry) => ({ ...entry, alreadyLoaded: true })),
    ...capabilities(database, loading),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function capabilities(database: MemoryDatabase, loading: Loading<TablePlan>): MemoryCapabilities {
  return {
    divides: {
      divide: (plan, chunk, pieces) =>
        database.whileLocked(plan, chunk.id, async () => divide(database, plan, chunk, pieces)),
    },
    createsTables: { fractionDigits, decideTypes: async () => ({ decisions: [], notices: [] }) },
    limits: true,
    standing: standingOf(database),
    merges: loading,
    swaps: loading,
    deletesMissing: loading,
    changes: { ...loading, heldSnapshot: async (plan) => database.heldSnapshot(plan) },
    watermarks: { newest: async (table, column) => newestWatermark(database, table, column) },
    rejects: rejects(database),
    repairs: {
      repair: async ({ database: name }) => ({
        database: name,
        tables: [],
        gathered: [],
        sessions: [],
      }),
    },
    digests: {
      digest: async (plan) => {
        const names = plan.columns.map(({ target }) => target);
        return referenceDigest(plan.columns, database.rows(plan.target, names));
      },
    },
  };
}

function divide(
  database: MemoryDatabase,
  plan: TablePlan,
  { id, of }: ChunkPlan,
  dividedInto: number,
): LoadReceipt {
  const before = database.receipts(plan).find((entry) => entry.chunk === id);
  if (before !== undefined) return { ...before, alreadyLoaded: true };
  database.refuseStale(plan);
  const entry = { chunk: id, ...(of === undefined ? {} : { of }), rows: 0, bytes: 0, dividedInto };
  database.commit(plan, entry, () => undefined);
  return { ...entry, alreadyLoaded: true };
}

function publish(database: MemoryDatabase, plan: TablePlan): PublishReceipt {
  database.snapshots.refuseOvertaken(plan);
  memoryModes[plan.mode].publish?.(database, plan);
  const missing = database.removeOnce(plan);
  database.holdSnapshot(plan);
  const entries = database.receipts(plan).filter(({ of }) => of !== 'keys');
  if (plan.read.limit === undefined) database.runs.finish(plan);
  return {
    rows: entries.reduce((sum, { rows }) => sum + rows, 0),
    ...(missing === undefined ? {} : { missing }),
    ...(rebuildsIndexes(plan) ? { indexesBack: [plan.target] } : {}),
  };
}

function begin(database: MemoryDatabase, plan: TablePlan): PrepareReceipt {
  database.refuseTry(plan);
  database.snapshots.begin(plan);
  const restarts = database.restartsOf(plan);
  if (restarts > (plan.restarts ?? 0)) {
    return { indexesDisabled: false, restart: { restarts, why: 'it was begun anew' } };
  }
  if (database.runs.hasFinished(plan) && !stands(database, plan)) {
    const why = 'it was emptied since it was completed';
    return { indexesDisabled: false, restart: { restarts: database.restart(plan), why } };
  }
  prepare(database, plan);
  database.removeTries(plan);
  memoryModes[plan.mode].begin?.(database, plan);
  database.runs.enter(plan);
  return { indexesDisabled: rebuildsIndexes(plan) };
}

function rejects(database: MemoryDatabase): Rejects {
  const kept = database.rejects;
  return {
    groups: async (name, query) => kept.groups(name, query),
    rows: async (name, query) => kept.list(name, query).slice(0, query.limit),
    retry: async (name, filter) =>
      kept.retry(name, filter, (plan, row) => putAgain(database, plan, row)),
  };
}

function fractionDigits(source: ColumnSchema, target: ColumnSchema | undefined) {
  if (target === undefined || !('precision' in target.type) || !('precision' in source.type)) {
    return undefined;
  }
  const [has, keeps] = [source.type.precision ?? 0, target.type.precision ?? 0];
  return target.type.kind !== 'decimal' && keeps < has ? keeps : undefined;
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
  const missing = deleteMissingOf(plan);
  if (missing?.how === 'soft') addMark(database, plan, missing.column);
}

function addMark(database: MemoryDatabase, { target }: TablePlan, name: string): void {
  if (database.schema(target)?.columns.some((column) => column.name === name) === true) return;
  database.addColumn(target, {
    name,
    type: { kind: 'timestamp', precision: 6, zone: 'instant' },
    nativeType: 'timestamptz',
    nullable: true,
    hasDefault: false,
    generated: false,
  });
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
  database.refuseStale(plan);
  const { rows, bytes } = await readChunk(await work.open(), signal);
  signal.throwIfAborted();
  const of = chunk.of === undefined ? {} : { of: chunk.of };
  const { taken, refused } = sift(work, rows);
  const rejected = refused.length === 0 ? {} : { rejected: refused.length };
  const entry = { chunk: chunk.id, ...of, rows: taken.length, bytes, ...rejected };
  if (work.fault === 'before-commit') throw connectionLost();
  database.commit(plan, entry, () => {
    if (chunk.of === 'keys') database.gatherKeys(plan, taken);
    else memoryModes[plan.mode].put(database, plan, taken);
  });
  for (const one of refused) database.rejects.add(plan, chunk.id, one);
  if (work.fault === 'after-commit') throw connectionLost();
  return { ...entry, alreadyLoaded: false };
}

/** With `rejects` in the plan, the rows that the target takes and those that it does not. */
function sift({ database, plan, chunk }: Load, rows: readonly TextRow[]) {
  if (plan.rejects === undefined || chunk.of === 'keys') return { taken: rows, refused: [] };
  const judged = rows.map((row, index) => ({
    row,
    number: index + 1,
    message: database.refusalOf(plan, row),
  }));
  const refused = judged.flatMap(({ message, ...one }) =>
    message === undefined ? [] : [{ ...one, message }],
  );
  refuseTooMany(database, plan, refused);
  return {
    taken: judged.filter(({ message }) => message === undefined).map(({ row }) => row),
    refused,
  };
}

function refuseTooMany(
  database: MemoryDatabase,
  plan: TablePlan,
  refused: readonly RefusedRow[],
): void {
  const before = database.receipts(plan).reduce((sum, { rejected = 0 }) => sum + rejected, 0);
  const limit = plan.rejects?.limit ?? 0;
  if (before + refused.length <= limit) return;
  const message = `${before + refused.length} rows were refused, of at most ${limit}: ${refused[0]?.message}`;
  throw new SnowmeltError('TARGET.TOO_MANY_REJECTS', message);
}

function connectionLost(): SnowmeltError {
  return new SnowmeltError('TARGET.CONNECTION_LOST', 'the connection ended');
}
