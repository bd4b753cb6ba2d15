import { describe, expect, it } from 'vitest';

import { job, run, World } from './engine-world.ts';
import { fastContext, requestOf } from './processes.ts';
import { finishRun, helpRun, loadBatch, planRun, type Source } from '../../src/index.ts';

/** Each chunk that is opened takes a second of the warehouse, which costs a credit. */
function priced(world: World, perHour: number | undefined = 3600) {
  const adapters = world.adapters();
  const looks = new Set<() => void>();
  let active = 0;
  const source: Source = {
    ...adapters.source,
    async open(table, chunk, context) {
      for (const look of looks) look();
      context.signal.throwIfAborted();
      active += 1000;
      return adapters.source.open(table, chunk, context);
    },
    meters: {
      price: async () => ({
        of: 'warehouse W',
        ...(perHour === undefined ? {} : { creditsPerHour: perHour }),
      }),
      activeMs: () => active,
      watch(look) {
        looks.add(look);
        return { [Symbol.dispose]: () => void looks.delete(look) };
      },
    },
  };
  return { ...adapters, source, seconds: () => active / 1000 };
}

const jobs = [job('A', { parallelThreads: 1 })];

function world() {
  const made = new World();
  made.addTable('A', 100); // Ten chunks.
  return made;
}

describe('max_credits', () => {
  it('stops the run before a statement more, says so, and a higher limit goes on where it stopped', async () => {
    const there = world();
    const first = priced(there);
    const stopped = await run(jobs, first, { maxCredits: 3 });
    expect(stopped).toMatchObject({ status: 'partial', stopped: true });
    expect(stopped.stoppedBy).toMatchObject({ code: 'RUN.CREDITS_SPENT', retry: 'run' });
    expect(stopped.stoppedBy?.message).toMatch(/about 3\.00 credits of at most 3 \(warehouse W/u);
    expect(stopped.credits).toBeCloseTo(3);
    expect(first.seconds()).toBe(3);
    expect(stopped.tables[0]?.status).toBe('stopped');
    const stored = await there.adapters().status.summary(stopped.run);
    expect(stored).toMatchObject({ status: 'partial', credits: 3 });
    expect(stored.error).toMatch(/^RUN\.CREDITS_SPENT: /u);

    const same = priced(there);
    const again = await run(jobs, same, { maxCredits: 3 });
    expect(again).toMatchObject({ run: stopped.run, stopped: true });
    expect(same.seconds()).toBe(0);

    const third = priced(there);
    const done = await run(jobs, third, { maxCredits: 20 });
    expect(done).toMatchObject({ run: stopped.run, status: 'completed', rows: 100 });
    expect(done).not.toHaveProperty('stoppedBy');
    expect(third.seconds()).toBeLessThanOrEqual(8);
    expect(done.credits).toBeCloseTo(3 + third.seconds());
    expect(there.targetRows('A')).toHaveLength(100);
  });

  it('is counted and kept by each process of a run, and what they have used adds up', async () => {
    const there = world();
    const limited = { ...requestOf(jobs), maxCredits: 3, holdSeconds: 600 };
    const resume = { mode: 'never' } as const;
    const first = priced(there);
    const plan = { ...limited, resume, chunksPerBatch: 20 };
    const { run: id, batches } = await planRun(plan, first, fastContext());
    expect(batches).toHaveLength(1);
    const batch = { ...limited, run: id, table: 'A', chunks: 20 };
    const [spender, another, helper] = [priced(there), priced(there), priced(there)];
    const loaded = await loadBatch(batch, spender, fastContext());
    expect(loaded).toMatchObject({ loaded: { chunks: 3 }, left: 7, failed: 0 });
    expect(loaded.error).toMatchObject({ code: 'RUN.CREDITS_SPENT' });
    const late = await loadBatch(batch, another, fastContext());
    expect(late).toMatchObject({ worked: 0, left: 7, error: { code: 'RUN.CREDITS_SPENT' } });
    const help = await helpRun({ ...limited, run: id }, helper, fastContext());
    expect(help).toMatchObject({ chunks: 0, stoppedBy: { code: 'RUN.CREDITS_SPENT' } });
    expect([another.seconds(), helper.seconds()]).toEqual([0, 0]);
    const finish = { ...limited, run: id };
    const stopped = await finishRun(finish, priced(there), fastContext());
    expect(stopped).toMatchObject({ stopped: true, stoppedBy: { code: 'RUN.CREDITS_SPENT' } });
    const done = await run(jobs, priced(there), { maxCredits: 20 });
    expect(done).toMatchObject({ run: id, status: 'completed', credits: 10 });
    expect(there.targetRows('A')).toHaveLength(100);
  });

  it('without a limit the run is counted, and ends when it ends', async () => {
    const there = world();
    const done = await run(jobs, priced(there));
    expect(done).toMatchObject({ status: 'completed', credits: 10 });
  });

  it('a source whose price is not known counts nothing, and can keep no limit', async () => {
    const there = world();
    const unknown = { ...priced(there), source: { ...priced(there, 1).source } };
    const price = async () => ({ of: 'an adaptive warehouse' });
    const { meters } = unknown.source;
    if (meters === undefined) throw new Error('it has meters');
    const adapters = { ...unknown, source: { ...unknown.source, meters: { ...meters, price } } };
    await expect(run(jobs, adapters, { maxCredits: 3 })).rejects.toMatchObject({
      code: 'CONFIG.UNSUPPORTED',
      message: expect.stringContaining('an adaptive warehouse') as string,
    });
    const done = await run(jobs, adapters);
    expect(done).toMatchObject({ status: 'completed' });
    expect(done).not.toHaveProperty('credits');
  });
});
