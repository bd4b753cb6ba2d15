import { fastClock, testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import type { OpenRun } from '../../src/engine/table/open-run.ts';
import { workChunk } from '../../src/engine/table/work-chunk.ts';
import {
  createLogger,
  SnowmeltError,
  type ChunkEvent,
  type Lease,
  type LogEntry,
  type TablePlan,
} from '../../src/index.ts';
import { job, rowsOf, run, World } from './engine-world.ts';

/** One chunk, and what becomes of it as the status store, the log and whoever looks on are told. */
function worldOfOne(load?: () => void) {
  const world = new World();
  world.addTable('A', 5);
  const events: ChunkEvent[] = [];
  const logged: LogEntry[] = [];
  const adapters = world.adapters();
  const { status, target } = adapters;
  const log = createLogger('info', (entry) => logged.push(entry));
  return {
    world,
    events,
    told: (event: string) => logged.find((entry) => entry.event === event)?.fields,
    log,
    adapters: {
      ...adapters,
      status: {
        ...status,
        record: async (...[lease, event]: Parameters<typeof status.record>) => {
          events.push(event);
          return status.record(lease, event);
        },
      },
      target: {
        ...target,
        load: async (...args: Parameters<typeof target.load>) => {
          load?.();
          return target.load(...args);
        },
      },
    },
  };
}

const cut = new SnowmeltError('TARGET.CONNECTION_LOST', 'cut', { retry: 'chunk' });

describe('a chunk', () => {
  it('that is tried again says so to all, and waits before', async () => {
    let loads = 0;
    const one = worldOfOne(() => {
      loads += 1;
      if (loads === 1) throw cut;
    });
    const retried: string[] = [];
    const slept: number[] = [];
    const clock = fastClock(1000);
    const report = await run([job('A')], one.adapters, {
      log: one.log,
      observer: { chunkRetried: (_key, _chunk, { code }) => retried.push(code) },
      clock: {
        ...clock,
        sleep: async (milliseconds, signal) => {
          slept.push(milliseconds);
          return clock.sleep(milliseconds, signal);
        },
      },
    });
    expect(report.status).toBe('completed');
    expect(one.world.targetRows('A')).toEqual(rowsOf(5));
    expect(one.events).toMatchObject([
      { type: 'retried', error: 'TARGET.CONNECTION_LOST: cut' },
      { type: 'loaded' },
    ]);
    expect(retried).toEqual(['TARGET.CONNECTION_LOST']);
    const logged = one.told('chunk_retried');
    expect(logged).toMatchObject({ table: 'A', code: 'TARGET.CONNECTION_LOST' });
    expect(slept).toContain(logged?.['wait_ms']);
  });

  it('P4: is given back by a stop, whatever fails meanwhile, and not tried again', async () => {
    const stop = new AbortController();
    const one = worldOfOne(() => {
      // As of a run that has a reason of its own to stop, and not only of a hand.
      stop.abort(new SnowmeltError('SOURCE.AUTH_FAILED', 'stopped'));
      throw cut;
    });
    const { source, target } = one.adapters;
    const events: ChunkEvent[] = [];
    const status = { record: async (_: Lease, event: ChunkEvent) => void events.push(event) };
    const context = testContext({ clock: fastClock(1000), signal: stop.signal });
    const run = { source, target, status, context, observer: {} } as unknown as OpenRun;
    const plan = { key: 'A', mode: 'append', columns: [] } as unknown as TablePlan;
    const chunk = { id: 'c1', kind: 'load', range: {}, spec: {} } as const;
    const deadline = new Date(Date.now() + 60_000);
    const lease = { run: 'r', table: 'A', chunk, retries: 0, generation: 1, deadline };
    const work = { plan, run, maxTries: 3, helps: false };
    const working = workChunk(lease as unknown as Lease, work, stop.signal);
    await expect(working).rejects.toThrow('stopped');
    expect(events).toEqual([{ type: 'released' }]);
  });
});
