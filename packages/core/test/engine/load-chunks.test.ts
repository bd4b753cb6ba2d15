import { fastClock } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createLogger, type Lease, type LogEntry } from '../../src/index.ts';
import { job, rowsOf, run, World } from './engine-world.ts';

function worldOf(rows: number): World {
  const world = new World();
  world.addTable('A', rows);
  return world;
}

describe('the workers of a table', () => {
  it('are as many as there may be, where there is work for them', async () => {
    const world = worldOf(100);
    const adapters = world.adapters();
    const open = adapters.source.open.bind(adapters.source);
    const three = Promise.withResolvers<void>();
    let opened = 0;
    adapters.source.open = async (...args) => {
      opened += 1;
      if (opened === 3) three.resolve();
      // Nobody gets on before three have begun.
      await three.promise;
      return open(...args);
    };
    const report = await run([job('A', { parallelThreads: 3 })], adapters);
    expect(report.status).toBe('completed');
    expect(world.targetRows('A')).toEqual(rowsOf(100));
  });

  it('P4: wait for the chunk that another process has, say so after half a minute, and take it', async () => {
    const world = worldOf(100);
    const adapters = world.adapters();
    const { status } = adapters;
    const waits = 70;
    let waited = 0;
    let elsewhere: Lease | undefined;
    const lease: typeof status.lease = async (id, table, worker) => {
      if (elsewhere === undefined) {
        const taken = await status.lease(id, table, 'another process');
        if (taken.kind === 'lease') elsewhere = taken.lease;
      }
      const answer = await status.lease(id, table, worker);
      if (answer.kind !== 'wait' || elsewhere === undefined) return answer;
      waited += 1;
      if (waited === waits) await status.record(elsewhere, { type: 'released' });
      return answer;
    };
    const slept: number[] = [];
    const fast = fastClock(100_000);
    const clock: typeof fast = {
      ...fast,
      sleep: async (milliseconds, signal) => {
        slept.push(milliseconds);
        await fast.sleep(milliseconds, signal);
      },
    };
    const logged: LogEntry[] = [];
    const log = createLogger('info', (entry) => void logged.push(entry));
    const busy = { ...adapters, status: { ...status, lease } };
    const report = await run([job('A')], busy, { clock, log });
    expect(report.status).toBe('completed');
    expect(world.targetRows('A')).toEqual(rowsOf(100));
    expect(slept.filter((milliseconds) => milliseconds === 500).length).toBeGreaterThan(60);
    const told = logged.filter(({ event }) => event === 'waiting_for_chunks');
    expect(told).toMatchObject([{ fields: { table: 'A', seconds: 30 } }]);
  });
});
