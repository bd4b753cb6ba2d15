import { fastClock, manualClock } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import type { Pins, Source, TableJob } from '../../src/index.ts';
import { job, run, rowsOf, World, type RunOptions } from './engine-world.ts';

const delay = 5000;
const tracked = (parts: Partial<TableJob> = {}) =>
  job('T', { mode: 'changes', changes: true, uniqueness: ['ID'], ...parts });

/** The adapters of a process, with a list of what is asked of their source. */
function watched(world: World, changed: Partial<Source> = {}) {
  const adapters = world.adapters();
  const asked: string[] = [];
  const source: Source = { ...adapters.source, ...changed };
  return { adapters: { ...adapters, source: telling(source, asked) }, asked };
}

/** The same for the parts of it. */
function telling<T extends object>(adapter: T, asked: string[]): T {
  return new Proxy(adapter, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value === 'object' && value !== null) return telling(value, asked);
      asked.push(String(name));
      return value;
    },
  });
}

/** Lets everything go on that waits for no clock. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

describe('the snapshot delay', () => {
  it('P3: nothing is read at the point before it has passed; describing does not wait', async () => {
    const world = new World();
    world.addTable('T', 20);
    await run([job('T')], world.adapters());
    world.replaceRows('T', 40);
    const clock = manualClock();
    const { adapters, asked } = watched(world);
    const told: unknown[] = [];
    const observer = { snapshotSettling: (wait: object) => void told.push(wait) };
    const resume = { mode: 'never' } as const;
    const options = { clock, snapshotDelay: delay, observer, resume };
    const running = run([job('T')], adapters, options);
    await settle();
    expect(asked).toContain('describe');
    clock.advance(delay - 1);
    await settle();
    const reading = ['plan', 'extract', 'open', 'count', 'digest'];
    expect(asked.filter((name) => reading.includes(name))).toEqual([]);
    // The target keeps its rows meanwhile.
    expect(world.targetRows('T')).toEqual(rowsOf(20));
    expect(told).toEqual([{ snapshot: expect.any(String), milliseconds: delay }]);
    clock.advance(1);
    expect(await running).toMatchObject({ status: 'completed', rows: 40 });
  });

  it('is paid once a run, and not by tables that are read without a snapshot', async () => {
    const world = new World();
    const names = Array.from({ length: 30 }, (_, n) => `T${n}`);
    for (const name of names) world.addTable(name, 3);
    const clock = fastClock(1000);
    const begun = clock.monotonic();
    await run(
      names.map((name) => job(name)),
      world.adapters(),
      { clock, snapshotDelay: 600_000 },
    );
    const once = clock.monotonic() - begun;
    expect(once).toBeGreaterThanOrEqual(600_000);
    expect(once).toBeLessThan(1_800_000);
    const told: unknown[] = [];
    const observer = { snapshotSettling: (wait: object) => void told.push(wait) };
    const live = [job('T0', { snapshot: 'off', verify: 'off' })];
    await run(live, world.adapters(), {
      resume: { mode: 'never' },
      snapshotDelay: delay,
      observer,
    });
    expect(told).toEqual([]);
  });

  it('ends at once where the run is stopped', async () => {
    const world = new World();
    world.addTable('T', 40);
    const stop = new AbortController();
    const options = { clock: manualClock(), snapshotDelay: delay, signal: stop.signal };
    const running = run([job('T')], world.adapters(), options);
    await settle();
    stop.abort(new Error('stop'));
    expect(await running).toMatchObject({ status: 'partial', stopped: true });
  });

  it('P3: a resumed run waits again, unless its point lies far behind the time of the source', async () => {
    const waits = async (later: number): Promise<number> => {
      const world = new World();
      world.addTable('T', 40);
      const cut = { open: async () => Promise.reject(new Error('killed')) };
      const first = watched(world, cut).adapters;
      const options = { clock: fastClock(1000), snapshotDelay: delay };
      await run([job('T')], first, options).catch(() => undefined);
      const at = new Date(Date.parse(world.warehouse.now()) + later).toISOString();
      const again = watched(world, {
        pins: { ...world.adapters().source.pins, pin: async () => ({ at }) },
      }).adapters;
      let told = 0;
      const observer = { snapshotSettling: () => void (told += 1) };
      const report = await run([job('T')], again, { ...options, observer });
      expect(report).toMatchObject({ resumed: true, status: 'completed', rows: 40 });
      return told;
    };
    expect(await waits(0)).toBe(1);
    // The clock of a client, or of another node of the source, may be wrong by some seconds.
    expect(await waits(delay + 30_000)).toBe(1);
    expect(await waits(3_600_000)).toBe(0);
  });
});

describe('a commit that is seen later than it is stamped', () => {
  /** Rounds of changes; in each one a commit before the pin is seen 2 s after it. */
  async function rounds(snapshotDelay: number): Promise<World> {
    const world = new World();
    world.addTable('T', 4);
    const ref = tracked().source;
    const options: RunOptions = { resume: { mode: 'never' }, snapshotDelay };
    await run([tracked()], world.adapters(), options);
    // Inserted before a seam and deleted after it; inserted; deleted; all of it back.
    for (const count of [9, 3, 7, 0, 6]) {
      const clock = manualClock();
      const { source } = world.adapters();
      const pin: Pins['pin'] = async (context) => {
        const stamp = world.warehouse.now();
        const late = () => world.warehouse.replaceRows(ref, rowsOf(count), stamp);
        void clock.sleep(2000).then(late);
        return source.pins.pin(context);
      };
      const { adapters } = watched(world, { pins: { ...source.pins, pin } });
      const running = run([tracked({ verify: 'off' })], adapters, { ...options, clock });
      await settle();
      clock.advance(2000);
      await settle();
      clock.advance(3000);
      await running;
    }
    await run([tracked({ verify: 'off' })], world.adapters(), options);
    return world;
  }

  it('P1: with the delay nothing is lost and nothing is there twice', async () => {
    const world = await rounds(delay);
    expect(world.targetRows('T')).toEqual(rowsOf(6));
  });

  it('would be lost without the delay', async () => {
    const world = await rounds(0);
    expect(world.targetRows('T')).not.toEqual(rowsOf(6));
  });
});
