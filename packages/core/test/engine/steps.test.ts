import { describe, expect, it } from 'vitest';

import {
  abortRun,
  finishRun,
  loadBatch,
  planRun,
  type LoadRequest,
  type PlanRequest,
  type RunId,
  type TableJob,
} from '../../src/index.ts';
import { batchesOf } from '../../src/engine/steps/batches.ts';
import { job, rowsOf, run, type World } from './engine-world.ts';
import { fastContext, processOf, requestOf, worldOf } from './processes.ts';

const holdSeconds = 600;
const sources = new Map<World, { opened: ReadonlyMap<string, number> }[]>();

/** How often a chunk was read, by all steps together. */
function readsOf(world: World): number {
  const counts = (sources.get(world) ?? []).flatMap(({ opened }) => [...opened.values()]);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Each step is a process of its own: its stores are closed when it ends. */
async function step<T>(
  world: World,
  work: (adapters: ReturnType<World['adapters']>) => Promise<T>,
) {
  const adapters = processOf(world);
  sources.set(world, [...(sources.get(world) ?? []), adapters.source]);
  try {
    return await work(adapters);
  } finally {
    await adapters.status[Symbol.asyncDispose]();
  }
}

function plan(world: World, jobs: readonly TableJob[], more: Partial<PlanRequest> = {}) {
  const resume = { mode: 'auto', maxAgeHours: 1 } as const;
  const request = { ...requestOf(jobs), resume, holdSeconds, chunksPerBatch: 4, ...more };
  return step(world, (adapters) => planRun(request, adapters, fastContext()));
}

type Load = Omit<LoadRequest, 'jobs' | 'parallelThreads'>;

function load(world: World, jobs: readonly TableJob[], batch: Load) {
  const request = { ...requestOf(jobs), ...batch };
  return step(world, (adapters) => loadBatch(request, adapters, fastContext()));
}

function finish(world: World, jobs: readonly TableJob[], id: RunId, lastCall?: AbortSignal) {
  const request = { ...requestOf(jobs), run: id, holdSeconds };
  const asked = lastCall === undefined ? request : { ...request, lastCall };
  return step(world, (adapters) => finishRun(asked, adapters, fastContext()));
}

describe.each(['query', 'unload'] as const)(
  'plan, load, finish in processes of their own, by %s',
  (extract) => {
    const jobs = [job('A', { extract }), job('B', { extract, mode: 'swap' })];

    it('P1: batches, some of them twice and at once, load each chunk once; finish publishes', async () => {
      const world = worldOf(['A', 300], ['B', 55]);
      const planned = await plan(world, jobs);
      expect(planned.tables.map(({ status }) => status)).toEqual(['ready', 'ready']);
      expect(planned.batches.length).toBeGreaterThan(2);
      expect(world.targetRows('A')).toEqual([]);
      const twice = [...planned.batches, ...planned.batches];
      const loaded = await Promise.all(twice.map((batch) => load(world, jobs, batch)));
      const report = await finish(world, jobs, planned.run);
      expect(report).toMatchObject({ run: planned.run, status: 'completed', resumed: true });
      const chunks = report.tables.reduce((sum, table) => sum + table.chunks, 0);
      const byBatches = loaded.reduce((sum, one) => sum + one.loaded.chunks, 0);
      expect(byBatches).toBeGreaterThan(chunks / 4);
      expect(readsOf(world)).toBe(chunks);
      expect(world.targetRows('A')).toEqual(rowsOf(300));
      expect(world.targetRows('B')).toEqual(rowsOf(55));
      const late = await load(world, jobs, planned.batches[0]!);
      expect(late).toMatchObject({ worked: 0, left: 0 });
    });

    it('finish loads what no batch did, over several calls that are out of time', async () => {
      const world = worldOf(['A', 300], ['B', 55]);
      const planned = await plan(world, jobs);
      const one = await load(world, jobs, planned.batches[0]!);
      expect(one).toMatchObject({ worked: 4, failed: 0, progress: true });
      expect(one.left).toBeGreaterThan(0);
      const over = AbortSignal.abort(new Error('out of time'));
      const stopped = await finish(world, jobs, planned.run, over);
      expect(stopped).toMatchObject({ run: planned.run, stopped: true });
      expect(await run(jobs, processOf(world)).catch(({ code }) => code)).toBe('RUN.TABLE_BUSY');
      expect(await finish(world, jobs, planned.run)).toMatchObject({ status: 'completed' });
      expect(world.targetRows('A')).toEqual(rowsOf(300));
    });
  },
);

describe('a run that is kept between its processes', () => {
  const jobs = [job('A')];

  it('P1: another run of its table is refused, and its own command as well', async () => {
    const world = worldOf(['A', 100]);
    const planned = await plan(world, jobs);
    for (const resume of [{ mode: 'never' }, { mode: 'auto', maxAgeHours: 1 }] as const) {
      await expect(run(jobs, processOf(world), { resume })).rejects.toMatchObject({
        code: 'RUN.TABLE_BUSY',
        place: { run: planned.run },
      });
    }
    expect(await finish(world, jobs, planned.run)).toMatchObject({ status: 'completed' });
  });

  it('P4: once nothing of it was seen for long enough, the next command goes on with it', async () => {
    const world = worldOf(['A', 100]);
    const planned = await plan(world, jobs, { holdSeconds: 0 });
    await load(world, jobs, planned.batches[0]!);
    const report = await run(jobs, processOf(world));
    expect(report).toMatchObject({ run: planned.run, resumed: true, status: 'completed' });
    expect(world.targetRows('A')).toEqual(rowsOf(100));
  });

  it('of two that finish at once, one does', async () => {
    const world = worldOf(['A', 300]);
    const planned = await plan(world, jobs);
    const ends = await Promise.allSettled([1, 2].map(() => finish(world, jobs, planned.run)));
    const words = ends.map((end) =>
      end.status === 'fulfilled' ? end.value.status : (end.reason as { code: string }).code,
    );
    expect(words.sort()).toEqual(['RUN.TABLE_BUSY', 'completed']);
  });

  it('RUN.ABORTED: its tables are free, its files gone, and the next command goes on', async () => {
    const world = worldOf(['A', 300]);
    const unloaded = [job('A', { extract: 'unload' })];
    const planned = await plan(world, unloaded);
    await load(world, unloaded, planned.batches[0]!);
    const asked = { ...requestOf(unloaded), run: planned.run, why: 'the execution has failed' };
    const abort = () => step(world, (adapters) => abortRun(asked, adapters, fastContext()));
    expect(await abort()).toEqual({ aborted: true });
    expect(await abort()).toEqual({ aborted: false });
    const { status, error } = await processOf(world).status.summary(planned.run);
    expect({ status, error }).toEqual({
      status: 'failed',
      error: 'RUN.ABORTED: the execution has failed',
    });
    expect((await run(unloaded, processOf(world))).status).toBe('completed');
    expect(world.targetRows('A')).toEqual(rowsOf(300));
  });
});

describe('batches', () => {
  it('of 100,000 chunks fit into an event, and into any with as many tables', () => {
    const id = crypto.randomUUID();
    const table = 'analytics/ANALYTICS.PUBLIC.ORDERS_OF_ALL_YEARS → warehouse.analytics.orders';
    const many = batchesOf(id, [{ table, load: 100_000, extract: 0 }], 20);
    expect(JSON.stringify(many).length).toBeLessThan(200 * 1024);
    expect(many.reduce((sum, { chunks }) => sum + chunks, 0)).toBeGreaterThanOrEqual(100_000);
    const tables = Array.from({ length: 3000 }, (_, n) => ({
      table: `${table}${n}`,
      load: 1,
      extract: 0,
    }));
    expect(JSON.stringify(batchesOf(id, tables, 20)).length).toBeLessThan(200 * 1024);
  });
});
