import { fastClock } from '@snowmelt/testkit/context';
import { dying, memoryStatusStore } from '@snowmelt/testkit/memory';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { helpRun, runMigration, type Clock } from '../../src/index.ts';
import { job, rowsOf, run } from './engine-world.ts';
import { fastContext, processOf, requestOf, worldOf } from './processes.ts';

const rows = 90;

/** A process: at which of its calls it dies, the reply to that call lost or the call never made. */
const fate = fc.record({
  dies: fc.integer({ min: 1, max: 120 }),
  /** Of its clock, in milliseconds. */
  skew: fc.integer({ min: -3_600_000, max: 3_600_000 }),
});

function skewed(milliseconds: number): Clock {
  const clock = fastClock(1000);
  return { ...clock, now: () => new Date(clock.now().getTime() + milliseconds) };
}

it('P1, P2, P4: an owner and helpers that die at any call, with any clock, then the same command: exact', async () => {
  const ways = fc.constantFrom(['query', 'truncate'], ['unload', 'swap'] as const);
  await fc.assert(
    fc.asyncProperty(
      ways,
      fate,
      fc.array(fate, { minLength: 1, maxLength: 3 }),
      async (way, owner, helpers) => {
        const [extract, mode] = way as ['query' | 'unload', 'truncate' | 'swap'];
        const world = worldOf(['A', rows]);
        const jobs = [job('A', { extract, mode })];
        const opened = Promise.withResolvers<string | undefined>();
        // Of the database that they share: leases of the dead run out soon.
        const clock = fastClock(1000);
        const start = () => {
          const adapters = processOf(world);
          return { ...adapters, status: memoryStatusStore({ state: world.state, clock }) };
        };
        const [first, ...others] = [owner, ...helpers].map(start);
        if (first === undefined) throw new RangeError('there is an owner');
        const owning = runMigration(
          {
            ...requestOf(jobs),
            resume: { mode: 'never' },
            observer: { runOpened: ({ id }) => opened.resolve(id) },
          },
          dying(first, owner.dies).adapters,
          fastContext({ clock: skewed(owner.skew) }),
        ).finally(async () => {
          opened.resolve(undefined);
          await first.status[Symbol.asyncDispose]();
        });
        const id = await opened.promise;
        const helping = others.map(async (adapters, nth) => {
          const { dies = 1, skew = 0 } = helpers[nth] ?? {};
          if (id === undefined) return;
          await helpRun(
            { ...requestOf(jobs), run: id },
            dying(adapters, dies).adapters,
            fastContext({ clock: skewed(skew) }),
          ).finally(async () => {
            await adapters.status[Symbol.asyncDispose]();
          });
        });
        await Promise.allSettled([owning, ...helping]);
        const report = await run(jobs, start());
        expect(report.status).toBe('completed');
        expect(world.targetRows('A')).toEqual(rowsOf(rows));
        const plan = world.state.table(report.run, 'A').plan;
        const receipts = plan === undefined ? [] : world.database.receipts(plan);
        expect(new Set(receipts.map(({ chunk }) => chunk)).size).toBe(receipts.length);
        expect(receipts.reduce((sum, receipt) => sum + receipt.rows, 0)).toBe(rows);
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
