import { createLogger, runMigration, systemClock, type TableJob } from '@snowmelt/core';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';

import { fileSource } from './file-source.ts';
import type { MeasureRequest } from './measure.ts';
import { scenarios } from './scenario.ts';

/** Loads the files with the real engine, target and status store; returns the load phase's seconds. */
export async function loadBySnowmelt(request: MeasureRequest): Promise<number> {
  const { url, files, connections } = request;
  const database = new URL(url).pathname.slice(1);
  const target = createPostgresTarget({ connection: { url }, maxConnections: connections + 1 });
  const status = createPostgresStatusStore({ connection: { url } });
  let started = 0;
  let ended = 0;
  const migration = {
    jobs: [job(database, request)],
    configHash: 'bench',
    executionHash: 'bench',
    resume: { mode: 'never' },
    parallelThreads: connections,
    observer: {
      tablePhase(_key: string, phase: string) {
        if (phase === 'loading') started = performance.now();
        if (phase === 'reconciling') ended = performance.now();
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
    return (ended - started) / 1000;
  } finally {
    await target[Symbol.asyncDispose]();
    await status[Symbol.asyncDispose]();
  }
}

function job(database: string, { scenario, table, connections }: MeasureRequest): TableJob {
  const ref = { database, schema: 'public', name: table };
  return {
    key: `bench/${table}`,
    sourceName: 'bench',
    source: ref,
    target: ref,
    ...scenarios[scenario].job,
    read: { extract: 'unload', chunkColumns: [], sortColumns: [], batchRows: 25_000 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: connections,
    maxRetryAttempts: 1,
    schemaEvolution: 'off',
    truncateCascade: false,
    snapshot: 'auto',
    verify: 'count',
    hash: 'bench',
    notices: [],
  };
}
