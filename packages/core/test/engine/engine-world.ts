import { fastClock, testContext } from '@snowmelt/testkit/context';
import {
  MemoryDatabase,
  memorySource,
  MemoryStatusState,
  memoryStatusStore,
  memoryTarget,
  MemoryWarehouse,
  type FaultInjector,
  type MemoryTargetOptions,
} from '@snowmelt/testkit/memory';

import {
  runMigration,
  type Adapters,
  type Clock,
  type ColumnSchema,
  type ExtractMode,
  type MigrationRequest,
  type RunObserver,
  type TableJob,
  type TableRef,
  type WorkContext,
} from '../../src/index.ts';

const column = (name: string): ColumnSchema => ({
  name,
  type: { kind: 'text' },
  nativeType: 'VARCHAR',
  nullable: true,
  hasDefault: false,
  generated: false,
});

const number = (name: string): ColumnSchema => ({
  ...column(name),
  type: { kind: 'decimal', precision: 9, scale: 0 },
  nativeType: 'NUMBER(9,0)',
});

/** What outlives a process: the warehouse, the target database and the status database. */
export class World {
  readonly warehouse = new MemoryWarehouse();
  readonly database = new MemoryDatabase();
  readonly state = new MemoryStatusState();

  /** A source table with `rows` rows of an id and a text. */
  addTable(name: string, rows: number): void {
    this.warehouse.createTable({
      ref: sourceRef(name),
      columns: [column('ID'), column('TEXT')],
      rows: rowsOf(rows),
    });
  }

  /** A source table with a key and a version, which rises with it, of rows from `from` on. */
  addVersions(name: string, from: number, to: number): void {
    const columns = [number('ID'), number('VERSION')];
    this.warehouse.createTable({ ref: sourceRef(name), columns, rows: versionsOf(from, to) });
  }

  replaceVersions(name: string, from: number, to: number): void {
    this.warehouse.replaceRows(sourceRef(name), versionsOf(from, to));
  }

  /** The keys of the target's rows, marked ones apart. */
  standing(name: string): number[] {
    const rows = this.database.rows(targetRef(name));
    const unmarked = rows.filter(([, , mark = null]) => mark === null);
    return unmarked.map(([id]) => Number(id)).sort((a, b) => a - b);
  }

  replaceRows(name: string, rows: number): void {
    this.warehouse.replaceRows(sourceRef(name), rowsOf(rows));
  }

  targetRows(name: string): (string | null)[][] {
    return this.database
      .rows(targetRef(name))
      .map((row) => [...row])
      .sort((a, b) => Number(a[0]) - Number(b[0]));
  }

  /** The adapters of a new process. */
  adapters(faults: { open?: FaultInjector; load?: MemoryTargetOptions['fault'] } = {}) {
    const { warehouse, database, state } = this;
    return {
      source: memorySource({
        warehouse,
        ...(faults.open === undefined ? {} : { fault: faults.open }),
      }),
      target: memoryTarget({
        database,
        ...(faults.load === undefined ? {} : { fault: faults.load }),
      }),
      status: memoryStatusStore({ state }),
    };
  }
}

export const rowsOf = (count: number): [string, string][] =>
  Array.from({ length: count }, (_, n) => [String(n), `row "${n}"`]);

const versionsOf = (from: number, to: number): [number, number][] =>
  Array.from({ length: to - from }, (_, n) => [from + n, 100 + from + n]);

export function job(name: string, changes: Partial<TableJob> & { extract?: ExtractMode } = {}) {
  const { extract, ...rest } = changes;
  return {
    key: name,
    sourceName: 'memory',
    source: sourceRef(name),
    target: targetRef(name),
    mode: 'truncate',
    uniqueness: [],
    read: { extract: extract ?? 'query', chunkColumns: [], sortColumns: [], batchRows: 10 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: 3,
    maxRetryAttempts: 3,
    schemaEvolution: 'create',
    emptiesOthers: false,
    snapshot: 'auto',
    verify: 'digest',
    hash: name,
    notices: [],
    ...rest,
  } satisfies TableJob;
}

const byKey = { uniqueness: ['ID'], verify: 'count' } as const;
export const watermark = { source: 'ID', target: 'ID', overlapSeconds: 0 } as const;

/** Every way to load a table. */
export const ways: Readonly<Record<string, Partial<TableJob>>> = {
  append: { mode: 'append', verify: 'count' },
  truncate: { mode: 'truncate' },
  swap: { mode: 'swap' },
  upsert: { mode: 'upsert', ...byKey },
  'insert-only': { mode: 'insert-only', ...byKey },
  'append with a watermark': { mode: 'append', verify: 'count', watermark },
  'upsert with a watermark': { mode: 'upsert', ...byKey, watermark },
  'upsert with delete_missing': { mode: 'upsert', ...byKey, deleteMissing: { how: 'hard' } },
  changes: { mode: 'swap', changes: true, ...byKey },
};

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly lastCall?: AbortSignal;
  readonly observer?: RunObserver;
  readonly resume?: MigrationRequest['resume'];
  readonly snapshotDelay?: number;
  readonly executionHash?: string;
  readonly maxCredits?: number;
  readonly dividesChunks?: boolean;
  readonly clock?: Clock;
  readonly log?: WorkContext['log'];
}

/** One invocation: what a process does from its start to its end. */
export async function run(jobs: readonly TableJob[], adapters: Adapters, options: RunOptions = {}) {
  const request: MigrationRequest = {
    jobs,
    configHash: 'c',
    executionHash: options.executionHash ?? 'e',
    resume: options.resume ?? { mode: 'auto', maxAgeHours: 1 },
    parallelThreads: 3,
    snapshotDelay: options.snapshotDelay ?? 0,
    ...(options.observer === undefined ? {} : { observer: options.observer }),
    ...(options.dividesChunks === undefined ? {} : { dividesChunks: options.dividesChunks }),
    ...(options.maxCredits === undefined ? {} : { maxCredits: options.maxCredits }),
    ...(options.lastCall === undefined ? {} : { lastCall: options.lastCall }),
  };
  const context = testContext({
    clock: options.clock ?? fastClock(1000),
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    return await runMigration(request, adapters, context);
  } finally {
    await adapters.status[Symbol.asyncDispose]();
  }
}

const sourceRef = (name: string): TableRef => ({ database: 'SRC', schema: 'PUBLIC', name });
const targetRef = (name: string): TableRef => ({ database: 'dst', schema: 'public', name });
