import { once } from 'node:events';

import { fastClock } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createLogger } from '../../src/index.ts';
import { job, rowsOf, run, World } from './engine-world.ts';

/** Two chunks of 50 rows, where a process has time for `fits` rows. */
function slowWorld(fits: number, beforeOpening = false) {
  const world = new World();
  world.addTable('A', 100);
  const given = job('A');
  const jobs = [{ ...given, read: { ...given.read, batchRows: 50 } }];
  const loads: string[] = [];
  const told = { added: 0 };
  let now = 0;
  /** A process that ends while it loads: since its time is up, or somebody stops it. */
  const invoke = async (timeIsUp: 'deadline' | 'ctrl-c' = 'deadline') => {
    const adapters = world.adapters();
    const [lastCall, stop] = [new AbortController(), new AbortController()];
    const load = adapters.target.load.bind(adapters.target);
    const target: typeof adapters.target = {
      ...adapters.target,
      load: async (plan, chunk, open, context) => {
        if ((chunk.expectedRows ?? 0) <= fits) {
          loads.push(chunk.id);
          return load(plan, chunk, open, context);
        }
        if (beforeOpening) return await endOfTime(context.signal);
        return load(
          plan,
          chunk,
          async () => {
            (await open()).bytes.destroy();
            return await endOfTime(context.signal);
          },
          context,
        );
      },
    };
    const endOfTime = async (signal: AbortSignal): Promise<never> => {
      const aborted = once(signal, 'abort');
      now += 100;
      if (timeIsUp === 'deadline') lastCall.abort(new Error('time is up'));
      setTimeout(() => stop.abort(new Error('stopped')), 5);
      await aborted;
      throw signal.reason;
    };
    let divided = 0;
    const log = createLogger('info', ({ event }) => {
      if (event === 'chunk_divided') divided += 1;
    });
    const signals = { signal: stop.signal, lastCall: lastCall.signal };
    const clock = { ...fastClock(1000), monotonic: () => now };
    const observer = {
      chunksAdded: (_: string, { count }: { count: number }) => (told.added += count),
    };
    const options = { ...signals, dividesChunks: true, log, clock, observer };
    return { report: await run(jobs, { ...adapters, target }, options), divided };
  };
  return { world, invoke, loads, told };
}

describe('a chunk that takes longer than a process lives', () => {
  it('P1, P2: is loaded in pieces by those that come later, each row once', async () => {
    const { world, invoke, loads, told } = slowWorld(3);
    let invocations = 1;
    let { report, divided } = await invoke();
    expect(divided).toBe(2);
    while (report.stopped && invocations < 20) {
      ({ report, divided } = await invoke());
      invocations += 1;
    }
    expect(report).toMatchObject({ status: 'completed', rows: 100, stopped: false });
    expect(world.targetRows('A')).toEqual(rowsOf(100));
    expect(loads.length).toBe(new Set(loads).size);
    expect(told.added, 'whoever looks on is told of as many chunks').toBe(loads.length);
  });

  it.each([
    ['a stop by hand', false, 'ctrl-c'],
    ['one that waits for its target, as for a lock', true, 'deadline'],
  ] as const)('is not divided by %s', async (_name, beforeOpening, timeIsUp) => {
    const { invoke } = slowWorld(3, beforeOpening);
    expect((await invoke(timeIsUp)).divided).toBe(0);
  });
});
