import { aroundCalls, changeLoading, Killed } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { finishRun, planRun, SnowmeltError, type TableJob } from '../../src/index.ts';
import { job, run, watermark, ways, World } from './engine-world.ts';
import { fastContext, requestOf } from './processes.ts';

const target = { database: 'dst', schema: 'public', name: 'A' };
const all = Array.from({ length: 35 }, (_, id) => id);

function empty({ database }: World): void {
  const { columns, primaryKey } = database.schema(target)!;
  database.createTable(target, columns, primaryKey);
}

/** A and B, of which a run has completed A, and was killed in B. */
async function stopped(parts: Partial<TableJob>, world = new World()) {
  world.addVersions('A', 0, 35);
  world.addVersions('B', 0, 35);
  const jobs = [job('A', parts), job('B', { mode: 'append', verify: 'count' })];
  await killedInB(world, jobs);
  expect(world.standing('A')).toEqual(all);
  return { world, jobs };
}

async function killedInB(world: World, jobs: readonly TableJob[]): Promise<void> {
  const adapters = world.adapters();
  const ended = Promise.withResolvers<void>();
  const prepare: typeof adapters.target.prepare = async (plan, context) => {
    if (plan.key !== 'B') return adapters.target.prepare(plan, context);
    await ended.promise;
    throw new Killed();
  };
  const killed = { ...adapters, target: changeLoading(adapters.target, { prepare }) };
  const observer = { tableEnded: () => ended.resolve() };
  await expect(run(jobs, killed, { observer })).rejects.toThrow(Killed);
}

describe('a table that an unfinished run has completed', () => {
  it.each(Object.entries(ways))(
    'P1: %s: emptied before the next command, it is loaded again',
    async (_way, parts) => {
      const { world, jobs } = await stopped(parts);
      empty(world);
      const report = await run(jobs, world.adapters());
      expect(report).toMatchObject({ status: 'completed', resumed: true });
      const [a] = report.tables;
      expect(a).toMatchObject({ status: 'completed', rows: 35 });
      expect(a?.notices.join()).toContain('begun anew');
      expect([world.standing('A'), world.standing('B')]).toEqual([all, all]);
    },
  );

  it.each(Object.entries(ways))('P4: %s: untouched, it is skipped', async (_way, parts) => {
    const { world, jobs } = await stopped(parts);
    const report = await run(jobs, world.adapters());
    expect(report.tables.map(({ status }) => status)).toEqual(['skipped', 'completed']);
    expect([world.standing('A'), world.standing('B')]).toEqual([all, all]);
  });

  it('P1: emptied after a second round of a watermark, all its rows come again', async () => {
    const { world, jobs } = await stopped({ mode: 'append', verify: 'count', watermark });
    expect((await run(jobs, world.adapters())).status).toBe('completed');
    // Nothing new is there to read.
    await killedInB(world, jobs);
    empty(world);
    expect((await run(jobs, world.adapters())).status).toBe('completed');
    expect(world.standing('A')).toEqual(all);
  });

  it('P1: emptied between the two steps of one run, it is loaded by the second', async () => {
    const { world, jobs } = await stopped({ mode: 'append', verify: 'count' });
    empty(world);
    const resume = { mode: 'auto', maxAgeHours: 1 } as const;
    const steps = { ...requestOf(jobs), holdSeconds: 600 };
    const planned = await planRun(
      { ...steps, resume, chunksPerBatch: 4 },
      world.adapters(),
      fastContext(),
    );
    expect(planned.tables.map(({ status }) => status)).toEqual(['ready', 'ready']);
    const report = await finishRun({ ...steps, run: planned.run }, world.adapters(), fastContext());
    expect(report.status).toBe('completed');
    expect([world.standing('A'), world.standing('B')]).toEqual([all, all]);
  });

  it('P1: what shares its target is looked at before any of it is loaded', async () => {
    const world = new World();
    world.addVersions('A', 0, 35);
    world.addVersions('B', 35, 70);
    const parts = { mode: 'append', verify: 'count', target } as const;
    const jobs = [job('B', parts), job('A', parts)];
    await killedInB(world, jobs);
    empty(world);
    const adapters = world.adapters();
    const slow = aroundCalls(adapters.target, async (name, call) => {
      // As long as the others would take to load their rows.
      if (name === 'stands') await new Promise((resolve) => setTimeout(resolve, 200));
      return call();
    });
    expect((await run(jobs, { ...adapters, target: slow })).status).toBe('completed');
    expect(world.standing('A')).toEqual(Array.from({ length: 70 }, (_, id) => id));
  });

  it('P1: rows of a begun append are not added again where the ledger knows nothing of them', async () => {
    const parts = { mode: 'append', verify: 'count', parallelThreads: 1 } as const;
    const [world, restored] = [new World(), new World()];
    for (const each of [world, restored]) {
      each.addVersions('A', 0, 35);
      const adapters = each.adapters();
      let loads = 0;
      const load: typeof adapters.target.load = async (...args) => {
        loads += 1;
        if (loads === 3) throw new Killed();
        return adapters.target.load(...args);
      };
      const killed = { ...adapters, target: changeLoading(adapters.target, { load }) };
      await expect(run([job('A', parts)], killed)).rejects.toThrow(Killed);
    }
    // The same rows, of a run that is not this one.
    const adapters = { ...world.adapters(), target: restored.adapters().target };
    const report = await run([job('A', parts)], adapters);
    expect(report.tables[0]?.error?.code).toBe('RUN.ROWS_CHANGED');
    empty(restored);
    expect((await run([job('A', parts)], adapters)).status).toBe('completed');
    expect(restored.standing('A')).toEqual(all);
  });

  it('P1: a kill right after the look, and the next command finds it open', async () => {
    const { world, jobs } = await stopped({ mode: 'append', verify: 'count' });
    empty(world);
    const adapters = world.adapters();
    const prepare = async () => {
      throw new Killed();
    };
    const killed = { ...adapters, target: changeLoading(adapters.target, { prepare }) };
    await expect(run(jobs, killed)).rejects.toThrow(Killed);
    expect((await run(jobs, world.adapters())).status).toBe('completed');
    expect([world.standing('A'), world.standing('B')]).toEqual([all, all]);
  });

  it('P1: one that could not be looked at is not skipped, and nothing is loaded twice', async () => {
    const { world, jobs } = await stopped({ mode: 'append', verify: 'count' });
    const adapters = world.adapters();
    const blind = aroundCalls(adapters.target, (name, call) => {
      if (name !== 'stands') return call();
      throw new SnowmeltError('TARGET.CONNECTION_LOST', 'the connection ended');
    });
    const report = await run(jobs, { ...adapters, target: blind });
    expect(report.tables.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect([world.standing('A'), world.standing('B')]).toEqual([all, all]);
  });

  it('P1: carried into a new run, and emptied while that was stopped, it is loaded by it', async () => {
    const world = new World();
    world.addVersions('A', 0, 35);
    world.addVersions('B', 0, 35);
    const jobs = [job('A', { mode: 'append', verify: 'count' }), job('B')];
    const adapters = world.adapters();
    const load = async (...[plan, ...rest]: Parameters<typeof adapters.target.load>) => {
      if (plan.key === 'A') return adapters.target.load(plan, ...rest);
      throw new SnowmeltError('SOURCE.SNAPSHOT_GONE', 'its retention is over');
    };
    const gone = { ...adapters, target: changeLoading(adapters.target, { load }) };
    expect((await run(jobs, gone)).status).toBe('partial');
    await killedInB(world, jobs);
    expect(world.state.runs.size).toBe(2);
    empty(world);
    expect(await run(jobs, world.adapters())).toMatchObject({ status: 'completed', resumed: true });
    expect([world.standing('A'), world.standing('B')]).toEqual([all, all]);
  });
});
