import type { ChunkPlan, ChunkStream, Source, TablePlan, WorkContext } from '@snowmelt/core';

import { changeFeed } from './changes/change-feed.ts';
import { reachChanges } from './changes/reach-changes.ts';
import { countRows } from './check/count-rows.ts';
import { digestTable } from './check/digest-table.ts';
import { newestWatermark } from './check/newest-watermark.ts';
import { ping } from './connect/ping.ts';
import { queryRows } from './connect/query-rows.ts';
import { once, SessionPool, type Sessions } from './connect/session-pool.ts';
import { describeTables } from './describe/describe-tables.ts';
import { gather } from './describe/gather.ts';
import { whyUnpinnable } from './describe/unpinnable.ts';
import { withDefaults, type Settings, type SnowflakeSourceOptions } from './options.ts';
import { readChunkKeys } from './plan/chunk-keys.ts';
import { readSpec } from './plan/chunk-spec.ts';
import { pinSnapshot } from './plan/pin-snapshot.ts';
import { planChunks } from './plan/plan-chunks.ts';
import type { Ask } from './plan/strategy.ts';
import { openQuery } from './query/open-query.ts';
import { ExtractChooser } from './unload/choose-extract.ts';
import { extractFiles } from './unload/extract-files.ts';
import { openFile } from './unload/open-file.ts';
import { releaseRun } from './unload/release-run.ts';

/**
 * Snowflake as a source. Nothing is connected before the first call that needs it. Errors are
 * catalogue errors (`SOURCE.*`, `CONFIG.*`) with Snowflake's message and the query's id.
 */
export function createSnowflakeSource(options: SnowflakeSourceOptions): Source {
  const settings = withDefaults(options);
  const pool = new SessionPool(settings);
  const extracts = new ExtractChooser(pool);
  const ask: Ask = (sql, context) => queryRows(pool, sql, context);
  const describe = gather((refs, context) =>
    describeTables((sql) => queryRows(pool, sql, context), refs),
  );
  return {
    ping: (context) => ping(pool, context),
    describe,
    pin: (context) => pinSnapshot(pool, context),
    unpinnable: (schema, at, context) => whyUnpinnable(pool, schema, at, context),
    changeFeed: async (schema) => changeFeed(schema),
    reachChanges: (table, context) => reachChanges(pool, table, context),
    chooseExtract: async (schema, read, context) => {
      // Before anything is changed anywhere, and not only when chunks are planned.
      readChunkKeys(read.chunkColumns, schema.columns);
      return extracts.choose(schema, read, context);
    },
    plan: (table, context) => planChunks(table, settings.segmentBytes, ask, context),
    extract: (table, chunk, context) => extract(once(pool), settings, { table, chunk }, context),
    open: (table, chunk, context) => open(once(pool), { table, chunk }, context),
    count: (table, context) => countRows(pool, table, context),
    newestWatermark: (table, context) => newestWatermark(pool, table, context),
    digest: (table, context) => digestTable(pool, table, context),
    release: (run, tables, context) => releaseRun(pool, run, tables, context),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

interface Work {
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
}

function extract(
  pool: Sessions,
  { fileBytes }: Settings,
  { table, chunk }: Work,
  context: WorkContext,
): AsyncIterable<ChunkPlan> {
  const spec = readSpec(chunk);
  if (spec.way !== 'unload') throw new RangeError(`chunk ${chunk.id} is not one to extract`);
  return extractFiles(pool, { table, chunk, range: spec.range, fileBytes }, context);
}

async function open(
  pool: Sessions,
  { table, chunk }: Work,
  context: WorkContext,
): Promise<ChunkStream> {
  const spec = readSpec(chunk);
  if (spec.way === 'query') {
    return openQuery(pool, { table, range: spec.range }, context);
  }
  if (spec.way === 'file') return openFile(pool, { chunk, file: spec }, context);
  throw new RangeError(`chunk ${chunk.id} has to be extracted first`);
}
