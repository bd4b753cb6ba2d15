import {
  type ChunkPlan,
  type ChunkStream,
  type ExtractChoice,
  type ListedSchema,
  type ListedTable,
  type ReadOptions,
  SnowmeltError,
  type Source,
  type TablePlan,
  type TableRef,
  type TableSchema,
  watermarkOf,
  windowOf,
} from '@snowmelt/core';

import { referenceDigest } from '../digest/reference-digest.ts';
import { chunkStream, type FaultInjector } from './chunk-stream.ts';
import {
  chunkRows,
  divideChunk,
  extractChunk,
  filesPerExtract,
  planChunks,
  tableRows,
} from './memory-chunks.ts';
import { newestOf } from './newest-watermark.ts';
import { MemoryWarehouse, type MemoryTable } from './memory-warehouse.ts';

export interface MemorySourceOptions {
  readonly tables?: readonly MemoryTable[];
  /** Shared by the sources of several "processes"; without it the source has one of its own. */
  readonly warehouse?: MemoryWarehouse;
  readonly fault?: FaultInjector;
}

type MemoryCapabilities = Required<
  Pick<
    Source,
    | 'pins'
    | 'filters'
    | 'limits'
    | 'extracts'
    | 'divides'
    | 'watermarks'
    | 'changes'
    | 'digests'
    | 'costs'
    | 'lists'
  >
>;

export interface MemorySource extends Omit<Source, keyof MemoryCapabilities>, MemoryCapabilities {
  readonly warehouse: MemoryWarehouse;
  /** How often each chunk was opened. */
  readonly opened: ReadonlyMap<string, number>;
  /** Bytes of CSV rendered so far. */
  rendered(): number;
}

/**
 * A source that keeps the whole contract on tables in memory. `query` plans load chunks of
 * `batchRows` rows; `unload` plans extract chunks that write files of `batchRows` rows to the
 * warehouse's stage.
 */
export function memorySource(options: MemorySourceOptions): MemorySource {
  const warehouse = options.warehouse ?? new MemoryWarehouse(options.tables);
  const opened = new Map<string, number>();
  let nth = 0;
  let rendered = 0;
  const watch = { rendered: (bytes: number) => void (rendered += bytes) };

  const open = (plan: TablePlan, chunk: ChunkPlan): ChunkStream => {
    const tries = (opened.get(chunk.id) ?? 0) + 1;
    opened.set(chunk.id, tries);
    nth += 1;
    const rows = chunkRows(warehouse, plan, chunk);
    return chunkStream(rows, options.fault?.({ chunk, nth, tries }), watch);
  };

  return {
    warehouse,
    opened,
    rendered: () => rendered,
    ping: async () => 'in memory',
    describe: async (ref) => describe(warehouse, ref),
    plan: (plan, { signal }) => withSignal(planChunks(warehouse, plan), signal),
    open: async (plan, chunk, { signal }) => {
      signal.throwIfAborted();
      return open(plan, chunk);
    },
    count: async (plan) => {
      if (windowOf(plan) !== undefined) throw new TypeError('changes are counted by reading them');
      return tableRows(warehouse, plan).length;
    },
    ...capabilities(warehouse),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function capabilities(warehouse: MemoryWarehouse): MemoryCapabilities {
  return {
    pins: {
      pin: async () => ({ at: warehouse.now() }),
      unpinnable: async ({ ref }, at) => warehouse.unpinnable(ref, at),
    },
    filters: { language: 'SQL' },
    limits: true,
    extracts: {
      choose: async (schema, read) => chooseExtract(schema, read),
      extract: (plan, chunk, { signal }) =>
        withSignal(extractChunk(warehouse, plan, chunk), signal),
      release: async (run) => release(warehouse, run),
    },
    divides: {
      divide: async (plan, chunk, pieces) => divideChunk(warehouse, { plan, chunk }, pieces),
    },
    watermarks: { newest: async (plan) => newestRead(warehouse, plan) },
    changes: {
      feed: async ({ ref }) => changeFeed(warehouse, ref),
      reach: async (plan) => reachChanges(warehouse, plan),
    },
    lists: {
      schemas: async (database) => listSchemas(warehouse, database),
      tables: async (place) => listTables(warehouse, place),
    },
    digests: {
      digest: async (plan) => referenceDigest(plan.columns, tableRows(warehouse, plan)),
    },
    costs: {
      cost: (_plan, chunks, digest) => ({
        statements: chunks.length + (digest ? 1 : 0),
        scans: digest ? 2 : 1,
      }),
    },
  };
}

function listSchemas(warehouse: MemoryWarehouse, database?: string): readonly ListedSchema[] {
  const places = warehouse
    .tables()
    .map(({ ref }): ListedSchema => ({ database: ref.database, schema: ref.schema }))
    .filter((place) => database === undefined || place.database === database);
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

function listTables(
  warehouse: MemoryWarehouse,
  { database, schema }: Pick<TableRef, 'database' | 'schema'>,
): readonly ListedTable[] {
  const tables = warehouse
    .tables()
    .filter(({ ref }) => ref.database === database && ref.schema === schema);
  if (tables.length === 0) {
    throw new SnowmeltError('SOURCE.TABLE_NOT_FOUND', `there is no schema ${database}.${schema}`);
  }
  return tables.map(({ ref, versions }) => ({
    ref,
    kind: 'table',
    what: 'a table',
    rows: versions.at(-1)?.rows.length ?? 0,
  }));
}

function describe(warehouse: MemoryWarehouse, ref: TableRef): TableSchema {
  const table = warehouse.table(ref);
  return {
    ref,
    kind: 'table',
    columns: table.columns,
    primaryKey: table.primaryKey ?? [],
    estimatedRows: table.versions.at(-1)?.rows.length ?? 0,
  };
}

function newestRead(warehouse: MemoryWarehouse, plan: TablePlan): string | undefined {
  const watermark = watermarkOf(plan);
  if (watermark === undefined) return undefined;
  const { source, target } = watermark.column;
  const rows = tableRows(warehouse, { ...plan, columns: [{ source, target }] });
  return newestOf(source, rows);
}

function changeFeed(warehouse: MemoryWarehouse, ref: TableRef): string {
  const { created, untracked } = warehouse.table(ref);
  if (untracked !== true) return created;
  throw new SnowmeltError('SOURCE.CHANGES_UNAVAILABLE', `changes of ${ref.name} are not recorded`);
}

function reachChanges(warehouse: MemoryWarehouse, plan: TablePlan): void {
  const at = windowOf(plan)?.from;
  if (at !== undefined) warehouse.rows(plan.source, { pinned: true, at });
}

function chooseExtract(schema: TableSchema, read: ReadOptions): ExtractChoice {
  if (read.extract !== 'auto') return { extract: read.extract };
  const large = (schema.estimatedRows ?? 0) > read.batchRows * filesPerExtract;
  return { extract: large ? 'unload' : 'query' };
}

function release(warehouse: MemoryWarehouse, run: string): void {
  for (const path of warehouse.stage.keys()) {
    if (path.startsWith(`${run}/`)) warehouse.stage.delete(path);
  }
}

async function* withSignal<T>(items: Iterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}
