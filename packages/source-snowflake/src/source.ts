import type { ChunkPlan, ChunkStream, TablePlan, WholeSource, WorkContext } from '@snowmelt/core';

import { attributesCredits } from './check/attributed-credits.ts';
import { changeFeed } from './changes/change-feed.ts';
import { reachChanges } from './changes/reach-changes.ts';
import { countRows } from './check/count-rows.ts';
import { sharedKeys } from './check/shared-keys.ts';
import { digestTable } from './check/digest-table.ts';
import { newestWatermark } from './check/newest-watermark.ts';
import { policies } from './check/policies.ts';
import { warehousePrice } from './check/warehouse-price.ts';
import { ping } from './check/ping.ts';
import { queryLong } from './result/long-statement.ts';
import { queryRows } from './result/query-rows.ts';
import { once, SessionPool, type Sessions } from './connect/session-pool.ts';
import { describeTables } from './describe/describe-tables.ts';
import { gather } from './describe/gather.ts';
import { listSchemas, listTables } from './describe/list-objects.ts';
import { sourceGrants } from './describe/source-grants.ts';
import { keptPast } from './describe/kept-past.ts';
import { whyUnpinnable } from './describe/unpinnable.ts';
import { examine } from './examine/examine.ts';
import { withDefaults, type Settings, type SnowflakeSourceOptions } from './connect/options.ts';
import { readChunkKeys } from './plan/chunk-keys.ts';
import { readSpec } from './plan/chunk-spec.ts';
import { pinSnapshot } from './plan/pin-snapshot.ts';
import { planChunks } from './plan/plan-chunks.ts';
import { readCost } from './unload/read-cost.ts';
import type { Ask } from './plan/strategy.ts';
import { divideChunk } from './query/divide-chunk.ts';
import { extractResult, openResultRows } from './query/extract-result.ts';
import { openQuery } from './query/open-query.ts';
import { ExtractChooser } from './unload/choose-extract.ts';
import { OpenResults } from './result/open-results.ts';
import { extractFiles } from './unload/extract-files.ts';
import { openFile } from './unload/open-file.ts';
import { FileUrls } from './unload/file-urls.ts';
import { releaseRun } from './unload/release-run.ts';
import { runStages } from './unload/run-stages.ts';
import { dropStage } from './unload/stage.ts';

/**
 * Snowflake as a source. Nothing is connected before the first call that needs it. Errors are
 * catalogue errors (`SOURCE.*`, `CONFIG.*`) with Snowflake's message and the query's id.
 */
export function createSnowflakeSource(options: SnowflakeSourceOptions): WholeSource {
  const settings = withDefaults(options);
  const pool = new SessionPool(settings);
  const extracts = new ExtractChooser(pool);
  // The engine tries a chunk again as a whole.
  const each = once(pool);
  const reading = { pool: each, results: new OpenResults(each), urls: new FileUrls(each) };
  const ask: Ask = (sql, context) => queryLong(pool, sql, context);
  const describe = gather((refs, context) =>
    describeTables((sql) => queryRows(pool, sql, context), refs),
  );
  return {
    ping: (context) => ping(pool, context),
    describe,
    plan: (table, context) => planChunks(table, settings.segmentBytes, ask, context),
    open: (table, chunk, context) => open(reading, { table, chunk }, context),
    count: (table, context) => countRows(pool, table, context),
    pins: {
      pin: (context) => pinSnapshot(pool, context),
      unpinnable: (schema, at, context) => whyUnpinnable(pool, schema, at, context),
      keeps: keptPast,
    },
    filters: { language: 'Snowflake SQL' },
    limits: true,
    extracts: {
      choose: async (schema, read, context) => {
        // Before anything is changed anywhere, and not only when chunks are planned.
        readChunkKeys(read.chunkColumns, schema.columns);
        return extracts.choose(schema, read, context);
      },
      extract: (table, chunk, context) => extract(reading, settings, { table, chunk }, context),
      release: (run, tables, context) => releaseRun(pool, run, tables, context),
    },
    divides: {
      divide: (table, chunk, pieces, context) =>
        divideChunk(each, { table, chunk, pieces }, context),
    },
    stages: stagesOf(pool),
    ...asked(pool, settings),
    examines: { examine: (place, context) => examine(settings, place, context) },
    grants: {
      grants: (request, context) =>
        sourceGrants(request, {
          user: settings.user,
          warehouse: settings.warehouse,
          ...(request.ask ? { describe: ({ source }) => describe(source, context) } : {}),
        }),
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function stagesOf(pool: SessionPool): WholeSource['stages'] {
  return {
    list: (places, context) => runStages(pool, places, context),
    drop: async ({ name }, context) => {
      await queryRows(pool, dropStage(name), context);
    },
  };
}

/** What is asked of the rows, or of how they are read, and reads none. */
function asked(pool: SessionPool, settings: Settings) {
  return {
    watermarks: { newest: (table, context) => newestWatermark(pool, table, context) },
    changes: {
      feed: async (schema) => changeFeed(schema),
      reach: (table, context) => reachChanges(pool, table, context),
    },
    digests: { digest: (table, context) => digestTable(pool, table, context) },
    lists: {
      schemas: (database, context) => listSchemas((sql) => queryRows(pool, sql, context), database),
      tables: (place, context) => listTables((sql) => queryRows(pool, sql, context), place),
    },
    guards: { policies: (tables, context) => policies(pool, tables, context) },
    cutsKeys: { shared: (table, context) => sharedKeys(pool, table, context) },
    meters: {
      price: (context) => warehousePrice(pool, context),
      activeMs: () => pool.meter.active(),
      watch: (look) => pool.meter.watch(look),
    },
    attributesCredits: attributesCredits(pool),
    costs: {
      cost: (table, chunks, digest) =>
        readCost(table, chunks, { digest, fileBytes: settings.fileBytes }),
    },
  } satisfies Partial<WholeSource>;
}

interface Work {
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
}

/** What is shared by all that is read in this process. */
interface Reading {
  readonly pool: Sessions;
  readonly results: OpenResults;
  readonly urls: FileUrls;
}

function extract(
  { pool, urls }: Reading,
  { fileBytes }: Settings,
  { table, chunk }: Work,
  context: WorkContext,
): AsyncIterable<ChunkPlan> {
  const spec = readSpec(chunk);
  if (spec.way === 'query')
    return extractResult(pool, { table, chunk, range: spec.range }, context);
  if (spec.way !== 'unload') throw new RangeError(`chunk ${chunk.id} is not one to extract`);
  return extractFiles(pool, { table, chunk, range: spec.range, fileBytes, urls }, context);
}

async function open(
  { pool, results, urls }: Reading,
  { table, chunk }: Work,
  context: WorkContext,
): Promise<ChunkStream> {
  const spec = readSpec(chunk);
  switch (spec.way) {
    case 'query':
      return openQuery(pool, { table, chunk, range: spec.range }, context);
    case 'result':
      return openResultRows(results, spec, context);
    case 'file':
      return openFile({ pool, urls }, { chunk, file: spec }, context);
    case 'unload':
      throw new RangeError(`chunk ${chunk.id} has to be extracted first`);
  }
}
