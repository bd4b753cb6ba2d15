import { dying, Killed } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { job, rowsOf, run, World } from './engine-world.ts';

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

const hard = { how: 'hard' } as const;
const soft = { how: 'soft', column: 'gone_at' } as const;

describe.each([
  ['query', hard, undefined],
  ['unload', hard, { source: 'VERSION', target: 'version', overlapSeconds: 0 }],
  ['unload', soft, undefined],
] as const)(
  'P4: killed at any call, delete_missing read by %s (%j)',
  (extract, missing, watermark) => {
    const merging = job('BIG', {
      extract,
      mode: 'upsert',
      uniqueness: ['ID'],
      deleteMissing: missing,
      schemaEvolution: 'create_and_add',
      verify: 'count',
      ...(watermark === undefined ? {} : { watermark }),
    });

    /** 45 rows are in the target; the source has lost the first 20 since, and gained 10. */
    async function world(): Promise<World> {
      const made = new World();
      made.addVersions('BIG', 0, 45);
      await run([merging], made.adapters());
      made.replaceVersions('BIG', 20, 55);
      return made;
    }

    it('the same command again ends with exactly the rows, and none is gone before the end', async () => {
      const counting = dying((await world()).adapters(), Number.POSITIVE_INFINITY);
      await run([merging], counting.adapters);
      expect(counting.calls()).toBeGreaterThan(50);

      for (let nth = 1; nth <= counting.calls(); nth += 1) {
        const shared = await world();
        const victim = dying(shared.adapters(), nth);
        await expect(run([merging], victim.adapters), `killed at call ${nth}`).rejects.toThrow(
          Killed,
        );
        const between = shared.standing('BIG');
        const ended = between.length === 35;
        if (!ended) expect(between.slice(0, 45), `killed at call ${nth}`).toEqual(ids(0, 45));

        const report = await run([merging], shared.adapters());
        expect(report.status, `killed at call ${nth}`).toBe('completed');
        expect(shared.standing('BIG'), `killed at call ${nth}`).toEqual(ids(20, 55));
        const [table] = report.tables;
        // A kill after the end leaves nothing to do, for this run or for the next.
        const done = !report.resumed || table?.status === 'skipped';
        if (!done) expect(table?.missing?.rows, `killed at call ${nth}`).toBe(20);
        expect(shared.database.rows(merging.target)).toHaveLength(missing === hard ? 35 : 55);
      }
    });
  },
);

const ids = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, n) => from + n);
