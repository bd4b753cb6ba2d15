import { aroundCalls, changeLoading } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { job, rowsOf, run, World } from './engine-world.ts';

/** A world with a table of 95 rows in three extractions, and what happens after so many chunks. */
function worldWith(then: (world: World, loaded: number) => void) {
  const world = new World();
  world.addTable('A', 95);
  let loaded = 0;
  const told: string[] = [];
  const observer = {
    chunkLoaded: () => then(world, (loaded += 1)),
    tableBegunAnew: (key: string) => void told.push(key),
  };
  return { world, told, observer };
}

describe('a table whose extracted rows are not kept any more', () => {
  it.each(['append', 'truncate', 'swap'] as const)(
    'P1, P4: %s begins anew, says so, and has each row once',
    async (mode) => {
      const { world, told, observer } = worldWith((at, loaded) => {
        if (loaded === 3) at.warehouse.expireExtractions();
      });
      const jobs = [job('A', { mode, verify: 'count', extract: 'unload' })];
      const report = await run(jobs, world.adapters(), { observer });
      expect(report.status).toBe('completed');
      expect(report.tables[0]?.notices).toContainEqual(
        expect.stringMatching(/^begun anew: .*kept/u),
      );
      expect(told).toEqual(['A']);
      expect(world.targetRows('A')).toEqual(rowsOf(95));
      const [state] = world.state.runs.values();
      expect(state?.tables.get('A')?.plan?.restarts).toBe(1);
    },
  );

  it('P1: fails where it happens again and again, and the next invocation goes on', async () => {
    const { world, observer } = worldWith((at, loaded) => {
      if ([2, 5, 8].includes(loaded)) at.warehouse.expireExtractions();
    });
    const jobs = [job('A', { extract: 'unload' })];
    const failed = await run(jobs, world.adapters(), { observer });
    expect(failed.tables[0]).toMatchObject({
      status: 'failed',
      error: { code: 'SOURCE.RESULT_EXPIRED' },
    });
    const done = await run(jobs, world.adapters());
    expect(done).toMatchObject({ run: failed.run, resumed: true, status: 'completed' });
    expect(world.targetRows('A')).toEqual(rowsOf(95));
  });

  it('P4: a kill between the two stores, as the table begins anew, is mended', async () => {
    const { world, observer } = worldWith((at, loaded) => {
      if (loaded === 3) at.warehouse.expireExtractions();
    });
    const adapters = world.adapters();
    const { target } = adapters;
    const prepare: typeof target.prepare = async (plan, context) => {
      if (plan.restarts === 1) throw new Error('killed');
      return target.prepare(plan, context);
    };
    const killed = changeLoading(target, { prepare });
    const jobs = [job('A', { extract: 'unload' })];
    await expect(run(jobs, { ...adapters, target: killed }, { observer })).rejects.toThrow(
      'killed',
    );
    expect((await run(jobs, world.adapters())).status).toBe('completed');
    expect(world.targetRows('A')).toEqual(rowsOf(95));
  });
});

it.each(['append', 'truncate', 'swap'] as const)(
  'P1: %s: chunks that people have marked as loaded are read all the same',
  async (mode) => {
    const { world, told } = worldWith(() => undefined);
    const adapters = world.adapters();
    let marked = false;
    const target = aroundCalls(adapters.target, (name, call) => {
      if (name !== 'load' || marked) return call();
      marked = true;
      for (const { tables } of world.state.runs.values()) {
        const chunks = [...(tables.get('A')?.chunks.values() ?? [])];
        for (const chunk of chunks.filter(({ state }) => state === 'planned'))
          chunk.state = 'loaded';
      }
      return call();
    });
    const jobs = [job('A', { mode, verify: 'off', parallelThreads: 1 })];
    const observer = { tableBegunAnew: (key: string) => void told.push(key) };
    const report = await run(jobs, { ...adapters, target }, { observer });
    expect(report.tables[0]?.error?.message).toBeUndefined();
    expect(told).toEqual(['A']);
    expect(world.targetRows('A')).toEqual(rowsOf(95));
  },
);
