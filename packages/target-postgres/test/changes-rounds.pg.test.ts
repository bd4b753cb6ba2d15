import {
  runMigration,
  SnowmeltError,
  type RunReport,
  type TableJob,
  type WholeTarget,
} from '@snowmelt/core';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import {
  memorySource,
  MemoryStatusState,
  memoryStatusStore,
  MemoryWarehouse,
  changeLoading,
} from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { seededRandom } from './changing-source.ts';
import { bench, column, integer, text, type Bench } from './fixtures.ts';

const rounds = 25;
/** `SNOWMELT_SEED=123` repeats a failure. */
const seed = Number(process.env['SNOWMELT_SEED'] ?? Date.now() % 1_000_000);
const ref = { database: 'SHOP', schema: 'SALES', name: 'T' };

type Random = () => number;
type Resume = 'never' | 'auto';

/** The real engine and target; only source and status store are in memory. */
class World {
  readonly #warehouse = new MemoryWarehouse();
  readonly #status = new MemoryStatusState();
  readonly #random: Random;
  readonly #on: Bench;
  #rows = new Map<number, string | null>();

  constructor(on: Bench, random: Random) {
    this.#on = on;
    this.#random = random;
    const columns = [column('ID', integer, { nullable: false }), column('V', text)];
    this.#warehouse.createTable({ ref, columns, rows: [] });
  }

  /** Some keys go, some come, some change, some change back. */
  change(): void {
    for (let nth = this.#below(30); nth > 0; nth -= 1) {
      const id = this.#below(60);
      if (this.#random() < 0.4) this.#rows.delete(id);
      else this.#rows.set(id, this.#random() < 0.2 ? null : `v${this.#below(3)}`);
    }
    this.#warehouse.replaceRows(ref, [...this.#rows]);
  }

  /** The source, as of now. */
  rows(): string[] {
    return [...this.#rows].sort(([a], [b]) => a - b).map((row) => JSON.stringify(row));
  }

  async stored(): Promise<string[]> {
    const { rows } = await this.#on.sql.query<{ id: string; v: string | null }>(
      'SELECT id, v FROM public.t ORDER BY id',
    );
    return rows.map(({ id, v }) => JSON.stringify([Number(id), v]));
  }

  /** One process, which may lose its connection before, in or after what it does. */
  async run(resume: Resume, extract: 'query' | 'unload', failing: boolean): Promise<RunReport> {
    const source = memorySource({ warehouse: this.#warehouse });
    await using status = memoryStatusStore({ state: this.#status });
    const job = { ...jobFor(this.#on), read: { ...jobFor(this.#on).read, extract } };
    const request = {
      jobs: [job],
      configHash: 'c',
      executionHash: 'e',
      resume: resume === 'auto' ? { mode: resume, maxAgeHours: 9 } : { mode: resume },
      parallelThreads: 3,
      snapshotDelay: 0,
    };
    const target = failing ? this.#cut(this.#on.target) : this.#on.target;
    const context = testContext({ clock: fastClock(1000) });
    return runMigration(request, { source, target, status }, context);
  }

  #cut(target: WholeTarget): WholeTarget {
    const cut = async (when: number) => {
      if (this.#random() < when) throw new SnowmeltError('TARGET.UNREACHABLE', 'cut by the test');
    };
    return changeLoading(target, {
      load: async (table, chunk, open, context) => {
        await cut(0.1);
        const receipt = await target.load(table, chunk, open, context);
        await cut(0.1);
        return receipt;
      },
      publish: async (table, context) => {
        await cut(0.3);
        const receipt = await target.publish(table, context);
        await cut(0.3);
        return receipt;
      },
    });
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function jobFor({ database }: Bench): TableJob {
  return {
    key: 't',
    sourceName: 'memory',
    source: ref,
    target: { database: database.database, schema: 'public', name: 't' },
    mode: 'changes',
    changes: true,
    uniqueness: ['ID'],
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 3 },
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

describe(`rounds of changes and runs that break (seed ${seed})`, () => {
  it('P1, P4: each run that completes leaves the rows of its snapshot, gone on with or not', async () => {
    const random = seededRandom(seed);
    await using on = await bench();
    const world = new World(on, random);
    let [failed, changes, chunks] = [0, 0, 0];
    let broken = false;
    for (let round = 0; round < rounds; round += 1) {
      const extract = random() < 0.5 ? 'query' : 'unload';
      const resume = broken && random() < 0.6 ? 'auto' : 'never';
      if (resume === 'never') world.change();
      const pinned = world.rows();
      const report = await world.run(resume, extract, random() < 0.6);
      const [table] = report.tables;
      broken = report.status !== 'completed';
      if (broken) {
        failed += 1;
        expect(table?.error?.code).toBe('TARGET.UNREACHABLE');
        continue;
      }
      if (table?.notices.join().includes('has changed since') === true) changes += 1;
      chunks = Math.max(chunks, table?.chunks ?? 0);
      expect(await world.stored(), `seed ${seed}, round ${round}`).toEqual(pinned);
    }
    expect(Math.min(failed, changes, chunks)).toBeGreaterThan(0);
  });
});
