import { fastClock } from '@snowmelt/testkit/context';
import { dying, memoryStatusStore } from '@snowmelt/testkit/memory';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import {
  helpRun,
  runMigration,
  type Adapters,
  type Clock,
  type WorkContext,
} from '../../src/index.ts';
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

/** Does the work of a process, whose claims go when it ends or dies. */
async function untilItDies<T>(
  adapters: Adapters,
  { dies, skew }: { readonly dies: number; readonly skew: number },
  work: (adapters: Adapters, context: WorkContext) => Promise<T>,
): Promise<T> {
  try {
    const context = fastContext({ clock: skewed(skew) });
    return await work(dying(adapters, dies).adapters, context);
  } finally {
    await adapters.status[Symbol.asyncDispose]();
  }
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
        const owning = untilItDies(first, owner, (adapters, context) => {
          const observer = { runOpened: ({ id }: { id: string }) => opened.resolve(id) };
          const request = { ...requestOf(jobs), resume: { mode: 'never' }, observer } as const;
          return runMigration(request, adapters, context);
        });
        void owning.catch(() => opened.resolve(undefined));
        const id = await opened.promise;
        const helping = others.map(async (process, nth) => {
          const { [nth]: own = owner } = helpers;
          if (id === undefined) return;
          await untilItDies(process, own, (adapters, context) =>
            helpRun({ ...requestOf(jobs), run: id }, adapters, context),
          );
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
