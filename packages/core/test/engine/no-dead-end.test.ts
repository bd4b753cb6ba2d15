import { changeLoading } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import {
  errorCatalog,
  SnowmeltError,
  type Adapters,
  type ErrorCode,
  type TableJob,
} from '../../src/index.ts';
import { job, rowsOf, run, World } from './engine-world.ts';

/** Where a failure of a run is met. */
type Place = 'ping' | 'describe' | 'prepare' | 'open' | 'load' | 'publish';

const places: readonly Place[] = ['ping', 'describe', 'prepare', 'open', 'load', 'publish'];

/** Adapters that meet a failure at one place until it is mended. */
function failing(adapters: ReturnType<World['adapters']>, place: Place, code: ErrorCode): Adapters {
  const fail = (): never => {
    throw new SnowmeltError(code, 'it is so');
  };
  const rejected = async (): Promise<never> => fail();
  const { source, target } = adapters;
  let loads = 0;
  switch (place) {
    case 'ping':
      return { ...adapters, target: { ...target, ping: rejected } };
    case 'describe':
      return { ...adapters, source: { ...source, describe: rejected } };
    case 'open':
      return { ...adapters, source: { ...source, open: rejected } };
    case 'prepare':
      return { ...adapters, target: changeLoading(target, { prepare: rejected }) };
    case 'publish':
      return { ...adapters, target: changeLoading(target, { publish: rejected }) };
    case 'load':
      return {
        ...adapters,
        target: changeLoading(target, {
          load: (plan, chunk, open, context) => {
            loads += 1;
            return loads === 1 ? target.load(plan, chunk, open, context) : rejected();
          },
        }),
      };
  }
}

const modes = {
  append: { mode: 'append', verify: 'count' },
  truncate: { mode: 'truncate' },
  swap: { mode: 'swap' },
  upsert: { mode: 'upsert', uniqueness: ['ID'] },
} as const satisfies Record<string, Partial<TableJob>>;

/** These are of the command line and its file: no run was begun. */
const ofRuns = (Object.keys(errorCatalog) as ErrorCode[]).filter(
  (code) => !/^(CLI|DEMO)\.|^CONFIG\./.test(code),
);

describe('no state is a dead end: what a failure leaves, the same command gets on from, once it is mended', () => {
  for (const [mode, parts] of Object.entries(modes)) {
    it.each(ofRuns)(`${mode}: %s, wherever it is met`, async (code) => {
      // A chunk whose lease is lost is waited for: it is another worker's.
      const met = code === 'RUN.LEASE_LOST' ? places.slice(0, 3) : places;
      for (const place of met) {
        const world = new World();
        world.addTable('T', 25);
        const jobs = [job('T', { ...parts, maxRetryAttempts: 1 })];
        const broken = failing(world.adapters(), place, code);
        const failed = await run(jobs, broken).then(
          ({ status }) => status,
          (error: unknown) => (error as SnowmeltError).code,
        );
        expect(failed, place).not.toBe('completed');
        const mended = await run(jobs, world.adapters());
        expect(mended.status, `${place}: ${String(mended.tables[0]?.error)}`).toBe('completed');
        expect(world.targetRows('T'), place).toEqual(rowsOf(25));
      }
    });
  }
});
