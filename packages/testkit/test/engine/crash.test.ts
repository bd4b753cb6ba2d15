import type { Adapters } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { job, rowsOf, run, World } from './engine-world.ts';

/** A process that dies: from its `nth` call on, every call to an adapter ends in this. */
class Killed extends Error {}

const ways = [
  ['query', 'truncate'],
  ['unload', 'truncate'],
  ['unload', 'swap'],
] as const;

describe.each(ways)('P4: killed at any call, read by %s, loaded by %s', (extract, mode) => {
  const jobs = [job('BIG', { extract, mode }), job('SMALL', { extract, mode })];

  function world(): World {
    const made = new World();
    made.addTable('BIG', 55);
    made.addTable('SMALL', 3);
    return made;
  }

  it('the same command again ends with exactly the rows, and reads no finished chunk', async () => {
    const counting = dying(world().adapters(), Number.POSITIVE_INFINITY);
    await run(jobs, counting.adapters);
    expect(counting.calls()).toBeGreaterThan(50);

    for (let nth = 1; nth <= counting.calls(); nth += 1) {
      const shared = world();
      const victim = dying(shared.adapters(), nth);
      await expect(run(jobs, victim.adapters), `killed at call ${nth}`).rejects.toThrow(Killed);
      const landed = landedChunks(shared);

      const second = shared.adapters();
      const report = await run(jobs, second);
      expect(report.status, `killed at call ${nth}`).toBe('completed');
      expect(shared.targetRows('BIG')).toEqual(rowsOf(55));
      expect(shared.targetRows('SMALL')).toEqual(rowsOf(3));
      // A run that was told completed is over; the same command then starts a new one.
      if (!report.resumed) continue;
      const readAgain = [...second.source.opened.keys()].filter((chunk) => landed.has(chunk));
      expect(readAgain, `killed at call ${nth}`).toEqual([]);
    }
  });
});

/** Chunk ids of BIG that the target's ledger has, under the newest run. */
function landedChunks(shared: World): Set<string> {
  const [state] = [...shared.state.runs.values()].slice(-1);
  const plan = state?.tables.get('BIG')?.plan;
  const smallPlan = state?.tables.get('SMALL')?.plan;
  const small = smallPlan === undefined ? [] : shared.database.receipts(smallPlan);
  const smallIds = new Set(small.map(({ chunk }) => chunk));
  const big = plan === undefined ? [] : shared.database.receipts(plan);
  // The two tables' chunks may have the same ids; those that only one of them has say enough.
  return new Set(big.map(({ chunk }) => chunk).filter((id) => !smallIds.has(id)));
}

/**
 * Adapters that stop answering at their `nth` call. As with a real kill, the call itself may have
 * done its work: every second one dies after it, the others before.
 */
function dying<A extends Adapters>(adapters: A, nth: number) {
  let calls = 0;
  let dead = false;
  const wrap = <T extends object>(adapter: T): T =>
    new Proxy(adapter, {
      get(object, name, receiver) {
        const value: unknown = Reflect.get(object, name, receiver);
        if (typeof value !== 'function' || typeof name === 'symbol') return value;
        if (name === 'fractionDigits') return value;
        const streams = name === 'plan' || name === 'extract';
        return (...args: unknown[]) =>
          call(() => value.apply(object, args) as unknown, streams ? killedAfter : killed);
      },
    });
  const call = (work: () => unknown, die: (after: unknown) => unknown): unknown => {
    calls += 1;
    if (dead || (calls >= nth && nth % 2 === 0)) {
      dead = true;
      return die([]);
    }
    if (calls < nth) return work();
    dead = true;
    return die(work());
  };
  return {
    calls: () => calls,
    adapters: {
      source: wrap(adapters.source),
      target: wrap(adapters.target),
      status: wrap(adapters.status),
    },
  };
}

async function killed(after: unknown): Promise<never> {
  await after;
  throw new Killed();
}

async function* killedAfter(items: unknown): AsyncGenerator {
  yield* items as AsyncIterable<unknown>;
  throw new Killed();
}
