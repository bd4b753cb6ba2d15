import { describe, expect, it } from 'vitest';

import { SnowmeltError } from '../../src/index.ts';
import { job, rowsOf, run, World } from './engine-world.ts';

const wide = { maxRetryAttempts: 2, parallelThreads: 3 };

function worldOf(...tables: string[]): World {
  const world = new World();
  for (const name of tables) world.addTable(name, 1000);
  return world;
}

describe('a run whose chunks fail for one cause', () => {
  it('stops with it; the same command goes on once the cause is mended', async () => {
    const world = worldOf('A', 'B', 'C');
    const jobs = ['A', 'B', 'C'].map((name) => job(name, wide));
    const adapters = world.adapters();
    let opened = 0;
    adapters.source.open = async () => {
      opened += 1;
      throw new SnowmeltError('SOURCE.NETWORK', 'The storage answered HTTP 403 for a file.');
    };
    const report = await run(jobs, adapters);
    expect(report.status).not.toBe('completed');
    expect(report.tables.map(({ error }) => error?.code)).toEqual(
      Array.from({ length: 3 }, () => 'RUN.ONE_CAUSE'),
    );
    expect(report.tables[0]?.error?.message).toMatch(
      /1\d of 1\d chunks failed for one cause: SOURCE\.NETWORK: The storage answered HTTP 403/,
    );
    // Of 300 chunks, each two times: those that ten failures take, and what was in hand.
    expect(opened).toBeLessThan(40);
    const mended = await run(jobs, world.adapters());
    expect(mended.status).toBe('completed');
    expect(world.targetRows('C')).toEqual(rowsOf(1000));
  });

  it('goes on where most chunks are loaded', async () => {
    const world = worldOf('A');
    const adapters = world.adapters();
    const open = adapters.source.open.bind(adapters.source);
    let opened = 0;
    adapters.source.open = async (table, chunk, context) => {
      opened += 1;
      if (opened % 3 !== 0) return open(table, chunk, context);
      throw new SnowmeltError('SOURCE.NETWORK', `HTTP 500 for file ${opened}`);
    };
    const report = await run([job('A', { maxRetryAttempts: 1 })], adapters);
    expect(report.tables[0]).toMatchObject({ error: { code: 'RUN.CHUNKS_FAILED' } });
    expect(opened).toBe(100);
  });

  it('of rows that are refused, it is the table alone that stops', async () => {
    const world = worldOf('A', 'B');
    const adapters = world.adapters();
    const load: typeof adapters.target.load = (plan, chunk, ...more) => {
      if (plan.key !== 'A') return adapters.target.load(plan, chunk, ...more);
      throw new SnowmeltError('TARGET.ROW_REJECTED', `no (SQLSTATE 23514; ${chunk.id})`);
    };
    const refusing = { ...adapters, target: { ...adapters.target, load } };
    const report = await run([job('A', wide), job('B', wide)], refusing);
    expect(report.tables).toMatchObject([{ error: { code: 'RUN.ONE_CAUSE' } }, { rows: 1000 }]);
  });

  it('a full disk is met once, and not hammered by the other chunks and tables', async () => {
    const world = worldOf('A', 'B', 'C');
    let loads = 0;
    const adapters = world.adapters();
    const load: typeof adapters.target.load = async () => {
      loads += 1;
      throw new SnowmeltError('TARGET.RESOURCES', 'No space left on device (SQLSTATE 53100)', {
        retry: 'run',
      });
    };
    const jobs = ['A', 'B', 'C'].map((name) => job(name, { ...wide, parallelThreads: 1 }));
    const report = await run(jobs, { ...adapters, target: { ...adapters.target, load } });
    expect(report.tables.every(({ status }) => status === 'failed')).toBe(true);
    // One in each of three slots.
    expect(loads).toBeLessThanOrEqual(3);
    expect((await run(jobs, world.adapters())).status).toBe('completed');
  });
});
