import { describe, expect, it } from 'vitest';

import { SnowmeltError } from '../../src/index.ts';
import { job, rowsOf, run, World } from './engine-world.ts';

function worldOf(tables: Record<string, number>): World {
  const world = new World();
  for (const [name, rows] of Object.entries(tables)) world.addTable(name, rows);
  return world;
}

describe('a run', () => {
  it.each(['query', 'unload'] as const)(
    'P1: moves tables by %s, counts and verifies them',
    async (extract) => {
      const world = worldOf({ A: 55, B: 1, EMPTY: 0 });
      const jobs = ['A', 'B', 'EMPTY'].map((name) => job(name, { extract }));
      const report = await run(jobs, world.adapters());
      expect(report).toMatchObject({ status: 'completed', resumed: false, rows: 56 });
      expect(report.tables.map(({ rows, sourceRows }) => [rows, sourceRows])).toEqual([
        [55, 55],
        [1, 1],
        [0, 0],
      ]);
      expect(report.tables.every(({ verified }) => verified)).toBe(true);
      expect(world.targetRows('A')).toEqual(rowsOf(55));
      expect(world.targetRows('EMPTY')).toEqual([]);
      expect(world.warehouse.stage.size, 'nothing is left at the source').toBe(0);
    },
  );

  it('P3: reads every chunk at the snapshot point, whatever happens at the source', async () => {
    const world = worldOf({ A: 55 });
    let loaded = 0;
    const observer = {
      chunkLoaded() {
        loaded += 1;
        if (loaded === 1) world.replaceRows('A', 7);
      },
    };
    await run([job('A')], world.adapters(), { observer });
    expect(world.targetRows('A')).toEqual(rowsOf(55));
    await run([job('A')], world.adapters());
    expect(world.targetRows('A'), 'a new run reads anew').toEqual(rowsOf(7));
  });

  it('a truncating table is emptied by each new run, an appending one grows', async () => {
    const world = worldOf({ T: 5, P: 5 });
    const jobs = [job('T'), job('P', { mode: 'append', verify: 'count' })];
    await run(jobs, world.adapters());
    await run(jobs, world.adapters());
    expect(world.targetRows('T')).toHaveLength(5);
    expect(world.targetRows('P')).toHaveLength(10);
  });

  it('P5: tells the status store of indexes that are away, and that they are back', async () => {
    const world = worldOf({ A: 5, B: 5 });
    const jobs = [job('A', { rebuildIndexes: true }), job('B')];
    const seen: (string | undefined)[] = [];
    const adapters = world.adapters();
    const observer = {
      async chunkLoaded(key: string) {
        if (key === 'A') seen.push([...world.state.runs.values()][0]?.tables.get('A')?.indexes);
      },
    };
    const { run: id } = await run(jobs, adapters, { observer });
    expect(seen).toEqual(['disabled']);
    const { tables } = await adapters.status.summary(id);
    expect(tables.map(({ indexes }) => indexes)).toEqual(['restored', undefined]);
  });

  it('a chunk that breaks is tried again, and lands once', async () => {
    const world = worldOf({ A: 55 });
    const adapters = world.adapters({
      open: ({ tries }) => (tries < 3 ? { kind: 'break', afterRows: 4 } : undefined),
      load: ({ nth }) => (nth === 20 ? 'after-commit' : undefined),
    });
    const report = await run([job('A', { maxRetryAttempts: 4 })], adapters);
    expect(report.status).toBe('completed');
    expect(world.targetRows('A')).toEqual(rowsOf(55));
  });

  it('P1: a short stream never commits; the table fails, the others go on, a resume mends', async () => {
    const world = worldOf({ A: 55, B: 5 });
    const adapters = world.adapters({
      // B has one chunk only.
      open: ({ chunk }) => (chunk.id === 'rows-10' ? { kind: 'cut', afterRows: 1 } : undefined),
    });
    const jobs = [job('A', { maxRetryAttempts: 1 }), job('B')];
    const report = await run(jobs, adapters);
    expect(report).toMatchObject({ status: 'partial', stopped: false });
    const [a, b] = report.tables;
    expect(a).toMatchObject({ status: 'failed', error: { code: 'RUN.CHUNKS_FAILED' } });
    expect(a?.error?.message).toContain('TARGET.ROW_COUNT_MISMATCH');
    expect(b?.status).toBe('completed');

    const again = await run(jobs, world.adapters());
    expect(again).toMatchObject({ status: 'completed', resumed: true });
    expect(again.tables.map(({ status }) => status)).toEqual(['completed', 'skipped']);
    // What was compared in an earlier invocation is said again.
    expect(again.tables.map(({ verification }) => verification?.by)).toEqual(['digest', 'digest']);
    expect(world.targetRows('A')).toEqual(rowsOf(55));
  });

  it('a failure that all chunks would meet ends the table at once', async () => {
    const world = worldOf({ A: 1000 });
    let opened = 0;
    const adapters = world.adapters({
      open() {
        opened += 1;
        return {
          kind: 'refuse',
          error: new SnowmeltError('SOURCE.AUTH_FAILED', 'the password was changed'),
        };
      },
    });
    const report = await run([job('A')], adapters);
    expect(report.tables[0]).toMatchObject({
      status: 'failed',
      error: { code: 'SOURCE.AUTH_FAILED', place: { table: 'A' } },
    });
    expect(opened).toBeLessThanOrEqual(3);
  });

  it('a stop gives chunks back, says so, and is gone on from', async () => {
    const world = worldOf({ A: 200 });
    const stop = new AbortController();
    let loaded = 0;
    const observer = {
      chunkLoaded() {
        loaded += 1;
        if (loaded === 5) stop.abort(new SnowmeltError('RUN.STOPPED', 'Ctrl-C'));
      },
    };
    const first = await run([job('A')], world.adapters(), { observer, signal: stop.signal });
    expect(first).toMatchObject({ status: 'partial', stopped: true });
    expect(world.targetRows('A').length).toBeLessThan(200);

    const second = world.adapters();
    const report = await run([job('A')], second);
    expect(report).toMatchObject({ status: 'completed', resumed: true });
    expect(second.source.opened.size).toBeLessThan(20);
    expect(world.targetRows('A')).toEqual(rowsOf(200));
  });

  it('after the last call what is in flight is loaded, and nothing new is begun', async () => {
    const world = worldOf({ A: 200, B: 10 });
    const stop = new AbortController();
    let loaded = 0;
    const observer = {
      chunkLoaded() {
        loaded += 1;
        if (loaded === 5) stop.abort(new SnowmeltError('RUN.STOPPED', 'time is nearly up'));
      },
    };
    const adapters = world.adapters();
    const first = await run([job('A'), job('B')], adapters, { observer, lastCall: stop.signal });
    expect(first).toMatchObject({ status: 'partial', stopped: true });
    const opened = [...adapters.source.opened.values()].reduce((sum, times) => sum + times, 0);
    expect(loaded, 'chunks that were opened').toBe(opened);
    expect(loaded).toBeLessThanOrEqual(5 + 2);

    const report = await run([job('A'), job('B')], world.adapters());
    expect(report).toMatchObject({ status: 'completed', resumed: true });
    expect(world.targetRows('A')).toEqual(rowsOf(200));
  });

  it.each([0, 20])('nothing at all is begun after it, of %i rows', async (rows) => {
    const world = worldOf({ A: rows });
    const lastCall = AbortSignal.abort(new SnowmeltError('RUN.STOPPED', 'time is up'));
    const report = await run([job('A')], world.adapters(), { lastCall });
    expect(report).toMatchObject({ status: 'partial', stopped: true });
    expect((await run([job('A')], world.adapters())).status).toBe('completed');
  });

  it('a bug stops the run with its own error, and leaves it to be gone on with', async () => {
    const world = worldOf({ A: 55 });
    const adapters = world.adapters();
    adapters.source.count = () => Promise.reject(new TypeError('x is not a function'));
    await expect(run([job('A')], adapters)).rejects.toThrow(TypeError);
    const report = await run([job('A')], world.adapters());
    expect(report).toMatchObject({ status: 'completed', resumed: true });
  });

  it('P1: a source that holds other rows than were loaded is never called completed', async () => {
    const world = worldOf({ A: 55 });
    const adapters = world.adapters();
    adapters.source.count = () => Promise.resolve(56);
    const report = await run([job('A')], adapters);
    expect(report.tables[0]).toMatchObject({
      status: 'failed',
      error: { code: 'RUN.COUNT_MISMATCH' },
    });
  });

  it('P1: a target that holds other rows than the source fails verification', async () => {
    const world = worldOf({ A: 5 });
    const adapters = world.adapters();
    const publish = adapters.target.publish.bind(adapters.target);
    adapters.target.publish = (plan, context) => {
      world.database.insertRows(plan.target, [['5', 'somebody else']]);
      return publish(plan, context);
    };
    const report = await run([job('A')], adapters);
    expect(report.tables[0]?.error?.code).toBe('RUN.VERIFY_FAILED');
  });

  it('P3: snapshot: required refuses what can not be pinned, auto says so', async () => {
    const world = new World();
    world.addTable('A', 5);
    world.warehouse.table({ database: 'SRC', schema: 'PUBLIC', name: 'A' });
    const unpinnable = (adapters: ReturnType<World['adapters']>) => {
      adapters.source.pins.unpinnable = async () => 'it is an external table';
      return adapters;
    };
    const refused = await run([job('A', { snapshot: 'required' })], unpinnable(world.adapters()));
    expect(refused.tables[0]?.error?.code).toBe('SOURCE.NOT_PINNABLE');
    const report = await run([job('A')], unpinnable(world.adapters()), {
      resume: { mode: 'never' },
    });
    expect(report.tables[0]?.notices.join()).toContain('external table');
    expect(report.tables[0]?.verified).toBe(false);
  });
});
