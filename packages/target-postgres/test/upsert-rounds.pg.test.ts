import {
  runMigration,
  SnowmeltError,
  type MigrationRequest,
  type MissingChoice,
  type RunReport,
  type TableJob,
} from '@snowmelt/core';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import {
  memorySource,
  MemoryStatusState,
  memoryStatusStore,
  type FaultInjector,
} from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { ChangingSource, seededRandom, sourceTable, type SourceRules } from './changing-source.ts';
import { bench, type Bench } from './fixtures.ts';

const overlapSeconds = 30;
const rounds = Number(process.env['SNOWMELT_ROUNDS'] ?? 10);

/** The real engine and target; only source and status store are in memory. */
class World {
  readonly source: ChangingSource;
  readonly #status = new MemoryStatusState();
  readonly #on: Bench;

  constructor(on: Bench, random: () => number, rules: Omit<SourceRules, 'lateSeconds'>) {
    this.#on = on;
    this.source = new ChangingSource(random, { lateSeconds: overlapSeconds, ...rules });
  }

  /** A new run of one process, or the same one gone on with. */
  async run(job: TableJob, { fault, resume = never }: RunWith = {}): Promise<RunReport> {
    const { warehouse } = this.source;
    const source = memorySource({ warehouse, ...(fault === undefined ? {} : { fault }) });
    await using status = memoryStatusStore({ state: this.#status });
    const request = {
      jobs: [job],
      configHash: 'c',
      executionHash: 'e',
      resume,
      parallelThreads: 3,
      snapshotDelay: 0,
    } as const;
    const adapters = { source, target: this.#on.target, status };
    return runMigration(request, adapters, testContext({ clock: fastClock(1000) }));
  }

  async stored(where = ''): Promise<(readonly string[])[]> {
    const query = `SELECT id::text, text FROM public.t ${where} ORDER BY t.id`;
    const { rows } = await this.#on.sql.query<string[]>({ text: query, rowMode: 'array' });
    return rows;
  }
}

interface RunWith {
  readonly fault?: FaultInjector | undefined;
  readonly resume?: MigrationRequest['resume'];
}

const never = { mode: 'never' } as const;
const again = { mode: 'auto', maxAgeHours: 1 } as const;

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
    emptiesOthers: false,
    snapshot: 'required',
    verify: 'digest',
    hash: 't',
    notices: [],
  };
}

/** Refuses some chunks until it is mended: the run fails with others loaded. */
function refusing(random: () => number): FaultInjector {
  const error = new SnowmeltError('SOURCE.STATEMENT_FAILED', 'refused by the test');
  return () => (random() < 0.4 ? { kind: 'refuse', error } : undefined);
}

interface Play {
  readonly seed: number;
  readonly watermark: boolean;
  readonly failing: boolean;
  /** Keys go from the source as well. */
  readonly missing?: MissingChoice;
}

/** As many rounds of changes and runs as there are; after each run that ended the two are equal. */
async function playRounds({ seed, watermark, failing, missing }: Play) {
  const random = seededRandom(seed);
  await using on = await bench();
  const deletes = missing !== undefined;
  const world = new World(on, random, { oldVersions: watermark, deletes });
  const job: TableJob = {
    ...jobFor(on),
    ...(watermark ? { watermark: newest } : {}),
    ...(missing === undefined ? {} : { deleteMissing: missing }),
  };
  const standing = missing?.how === 'soft' ? 'WHERE gone_at IS NULL' : '';
  let [failed, increments, removed, restored] = [0, 0, 0, 0];
  for (let round = 0; round < rounds; round += 1) {
    world.source.change();
    const extract = random() < 0.5 ? 'query' : 'unload';
    const fault = failing && random() < 0.5 ? refusing(random) : undefined;
    const wanted: TableJob = { ...job, read: { ...job.read, extract } };
    let report = await world.run(wanted, { fault });
    if (report.status !== 'completed') {
      failed += 1;
      expect(report.tables[0]?.error?.code).toBe('SOURCE.STATEMENT_FAILED');
      if (!deletes || random() < 0.5) continue;
      report = await world.run(wanted, { resume: again });
      expect(report).toMatchObject({ status: 'completed', resumed: true });
    }
    const [table] = report.tables;
    removed += table?.missing?.rows ?? 0;
    restored += table?.missing?.restored ?? 0;
    if ((table?.rows ?? 0) < world.source.newest().length) increments += 1;
    const stored = await world.stored(standing);
    expect(stored, `seed ${seed}, round ${round}`).toEqual(world.source.newest());
  }
  return { failed, increments, removed, restored, all: (await world.stored()).length };
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

const hard = { how: 'hard' } as const;
const soft = { how: 'soft', column: 'gone_at' } as const;

describe(`rounds in which keys go and come back as well (seed ${seed})`, () => {
  it.each([
    [3, { watermark: true, failing: false, missing: hard }],
    [4, { watermark: true, failing: true, missing: hard }],
    [5, { watermark: false, failing: true, missing: hard }],
    [6, { watermark: true, failing: true, missing: soft }],
    [7, { watermark: false, failing: false, missing: soft }],
  ] as const)('P1: delete_missing leaves the keys of the source (%i: %j)', async (plus, play) => {
    const { failed, removed, restored, all } = await playRounds({ seed: seed + plus, ...play });
    expect(removed).toBeGreaterThan(0);
    if (play.failing) expect(failed).toBeGreaterThan(0);
    if (play.missing !== soft) return;
    expect(restored).toBeGreaterThan(0);
    expect(all, 'marked rows stay').toBeGreaterThanOrEqual(40);
  });
});
