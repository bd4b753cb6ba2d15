import { runMigration, SnowmeltError, type RunReport, type TableJob } from '@snowmelt/core';
import {
  fastClock,
  memorySource,
  MemoryStatusState,
  memoryStatusStore,
  testContext,
  type FaultInjector,
} from '@snowmelt/testkit';
import { describe, expect, it } from 'vitest';

import { ChangingSource, seededRandom, sourceTable } from './changing-source.ts';
import { bench, type Bench } from './fixtures.ts';

const overlapSeconds = 30;
const rounds = 20;

/** The real engine and target; only source and status store are in memory. */
class World {
  readonly source: ChangingSource;
  readonly #status = new MemoryStatusState();
  readonly #on: Bench;

  constructor(on: Bench, random: () => number, oldVersions: boolean) {
    this.#on = on;
    this.source = new ChangingSource(random, { lateSeconds: overlapSeconds, oldVersions });
  }

  /** A new run of one process. */
  async run(job: TableJob, fault?: FaultInjector): Promise<RunReport> {
    const { warehouse } = this.source;
    const source = memorySource({ warehouse, ...(fault === undefined ? {} : { fault }) });
    await using status = memoryStatusStore({ state: this.#status });
    const request = {
      jobs: [job],
      configHash: 'c',
      executionHash: 'e',
      resume: { mode: 'never' },
      parallelThreads: 3,
    } as const;
    const adapters = { source, target: this.#on.target, status };
    return runMigration(request, adapters, testContext({ clock: fastClock(1000) }));
  }

  async stored(): Promise<(readonly string[])[]> {
    const query = 'SELECT id::text, text FROM public.t ORDER BY t.id';
    const { rows } = await this.#on.sql.query<string[]>({ text: query, rowMode: 'array' });
    return rows;
  }
}

function jobFor({ database }: Bench): TableJob {
  return {
    key: 't',
    sourceName: 'memory',
    source: sourceTable,
    target: { database: database.database, schema: 'public', name: 't' },
    mode: 'upsert',
    uniqueness: ['ID'],
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 7 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: 3,
    maxRetryAttempts: 1,
    schemaEvolution: 'create',
    truncateCascade: false,
    snapshot: 'required',
    verify: 'digest',
    hash: 't',
    notices: [],
  };
}

/** Refuses some chunks for good: the run fails with others loaded, and is never gone on with. */
function refusing(random: () => number): FaultInjector {
  const error = new SnowmeltError('SOURCE.FILE_MISSING', 'refused by the test');
  return () => (random() < 0.4 ? { kind: 'refuse', error } : undefined);
}

interface Play {
  readonly seed: number;
  readonly watermark: boolean;
  readonly failing: boolean;
}

/** As many rounds of changes and runs as there are; after each run that ended the two are equal. */
async function playRounds({ seed, watermark, failing }: Play) {
  const random = seededRandom(seed);
  await using on = await bench();
  const world = new World(on, random, watermark);
  const job = { ...jobFor(on), ...(watermark ? { watermark: newest } : {}) };
  let [failed, increments] = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    world.source.change();
    const extract = random() < 0.5 ? 'query' : 'unload';
    const fault = failing && random() < 0.5 ? refusing(random) : undefined;
    const report = await world.run({ ...job, read: { ...job.read, extract } }, fault);
    const [table] = report.tables;
    if (report.status !== 'completed') {
      failed += 1;
      expect(table?.error?.code).toBe('SOURCE.FILE_MISSING');
      continue;
    }
    if ((table?.rows ?? 0) < world.source.newest().length) increments += 1;
    expect(await world.stored(), `seed ${seed}, round ${round}`).toEqual(world.source.newest());
  }
  return { failed, increments };
}

const newest = { source: 'UPDATED_AT', target: 'changed', overlapSeconds };

/** `SNOWMELT_SEED=123` repeats a failure. */
const seed = Number(process.env['SNOWMELT_SEED'] ?? Date.now() % 1_000_000);

/** The counts show that a test has seen what it is about. */
describe(`rounds of inserts, updates, late arrivals and runs (seed ${seed})`, () => {
  it('P1: incremental upsert leaves the newest version of every key', async () => {
    const { increments } = await playRounds({ seed, watermark: true, failing: false });
    expect(increments).toBeGreaterThan(0);
  });

  it('P1: also with runs that fail half way and are given up', async () => {
    const { failed } = await playRounds({ seed: seed + 1, watermark: true, failing: true });
    expect(failed).toBeGreaterThan(0);
  });

  it('P1: upsert without a watermark reads everything and leaves the same rows', async () => {
    const played = await playRounds({ seed: seed + 2, watermark: false, failing: true });
    expect(played).toMatchObject({ increments: 0 });
  });
});
