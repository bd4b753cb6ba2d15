import { createLogger, runMigration, systemClock, type TableJob } from '@snowmelt/core';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';

import { fileSource } from './file-source.ts';
import type { MeasureRequest } from './measure.ts';
import { scenarios } from './scenario.ts';
import { startStopwatch, type Stretch } from './stopwatch.ts';

/** Loads the files with the real engine, target and status store; measures its load phase. */
export async function loadBySnowmelt(request: MeasureRequest): Promise<Stretch> {
  const { url, files, connections } = request;
  const database = new URL(url).pathname.slice(1);
  const target = createPostgresTarget({
    connection: { url },
    maxConnections: connections + 1,
    settings: request.settings ?? {},
  });
  const status = createPostgresStatusStore({ connection: { url } });
  let stop: (() => Stretch) | undefined;
  let stretch: Stretch | undefined;
  const migration = {
    jobs: [job(database, request)],
    configHash: 'bench',
    executionHash: 'bench',
    resume: { mode: 'never' },
    parallelThreads: connections,
    snapshotDelay: 0,
    observer: {
      tablePhase(_key: string, phase: string) {
        if (phase === 'loading') stop = startStopwatch();
        if (phase === 'reconciling') stretch = stop?.();
      },
      tableEnded() {
        if (request.whole === true) stretch = stop?.();
      },
    },
  } as const;
  const context = {
    signal: new AbortController().signal,
    log: createLogger('silent', () => undefined),
    clock: systemClock,
  };
  try {
    const report = await runMigration(
      migration,
      { source: fileSource(files), target, status },
      context,
    );
    const error = report.tables.find((table) => table.error !== undefined)?.error;
    if (error !== undefined) throw error;
    if (stretch === undefined) throw new Error('the load phase did not come to its end');
    return stretch;
  } finally {
    await target[Symbol.asyncDispose]();
    await status[Symbol.asyncDispose]();
  }
}

function job(database: string, request: MeasureRequest): TableJob {
  const { scenario, table, connections, rebuildIndexes } = request;
  const ref = { database, schema: 'public', name: table };
  return {
    key: `bench/${table}`,
    sourceName: 'bench',
    source: ref,
    target: ref,
    ...scenarios[scenario].job,
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 25_000 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: connections,
    maxRetryAttempts: 1,
    schemaEvolution: 'off',
    emptiesOthers: false,
    ...(rebuildIndexes === undefined ? {} : { rebuildIndexes }),
    snapshot: 'auto',
    verify: 'count',
    hash: 'bench',
    notices: [],
  };
}
