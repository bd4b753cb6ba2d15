import { once } from 'node:events';

import { fastClock } from '@snowmelt/testkit/context';
import { memoryStatusStore } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { createLogger } from '../../src/index.ts';
import { job, run, World } from './engine-world.ts';

const never = () => new Promise<never>(() => undefined);

function worldOf(rows: number): World {
  const world = new World();
  world.addTable('A', rows);
  return world;
}

describe('P4: a stop ends within ten seconds', () => {
  it('where the status store never answers, whatever it was asked', async () => {
    const methods = ['lease', 'record', 'renew', 'summary', 'closeRun', 'keepSnapshot'] as const;
    const stopped = methods.map(async (method) => {
      const adapters = worldOf(100).adapters();
      const stop = new AbortController();
      const status = {
        ...adapters.status,
        [method]: () => {
          stop.abort(new Error('stopped'));
          return never();
        },
      };
      const start = performance.now();
      const running = run([job('A')], { ...adapters, status }, { signal: stop.signal });
      if (method === 'renew') setTimeout(() => stop.abort(new Error('stopped')), 100);
      await running.catch(() => undefined);
      return performance.now() - start;
    });
    expect(Math.max(...(await Promise.all(stopped)))).toBeLessThan(10_000);
  });
});

describe('a lease that can not be renewed', () => {
  it('past its deadline aborts its chunk, which is left to whoever has it then', async () => {
    const world = worldOf(10);
    const clock = fastClock(200);
    const adapters = {
      ...world.adapters(),
      status: memoryStatusStore({ clock, state: world.state }),
    };
    const given: unknown[] = [];
    let loads = 0;
    const load = adapters.target.load.bind(adapters.target);
    const target = {
      ...adapters.target,
      load: async (...args: Parameters<typeof load>) => {
        loads += 1;
        if (loads > 1) return load(...args);
        const { signal } = args[3];
        await once(signal, 'abort');
        given.push(signal.reason);
        throw signal.reason;
      },
    };
    const status = { ...adapters.status, renew: never };
    const told: string[] = [];
    const log = createLogger('info', ({ event }) => told.push(event));
    const report = await run(
      [job('A')],
      { ...adapters, status, target },
      { clock: fastClock(1000), log },
    );
    expect(told).toContain('lease_lost');
    expect(given).toMatchObject([{ code: 'RUN.LEASE_LOST', message: /ran out/ }]);
    expect(report.status).toBe('completed');
  });
});
