import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ChangesWorld } from './support/changes-world.ts';

/** What a round of `changes: cdc` asks of Snowflake. */
describe('the cost of a round', () => {
  let on: ChangesWorld;

  beforeAll(async () => {
    on = await ChangesWorld.start();
  }, 120_000);

  afterAll(async () => {
    await on?.stop();
  });

  /** A run's rows and the statements that look at rows of the table: LIMIT 0 is compiled only. */
  async function reads(table: string, verify: 'off' | 'count') {
    on.demo.emulator.stats.reset();
    const { rows } = await on.run(table, { verify });
    const sql = on.demo.emulator.stats.statements.map((statement) => statement.sql);
    const windows = sql.filter((text) => text.includes('CHANGES(') && !text.endsWith('LIMIT 0'));
    const counts = sql.filter((text) => text.includes('COUNT(*)'));
    const stages = sql.filter((text) => text.includes('STAGE'));
    return { rows, windows: windows.length, counts: counts.length, stages: stages.length };
  }

  it('is one reading of the window, whether something has changed or nothing', async () => {
    await on.create('COST', `(1, 'a', 'v', 1, NULL, NULL), (2, 'a', 'v', 1, NULL, NULL)`);
    await on.run('COST');
    const once = { windows: 1, stages: 0 };
    expect(await reads('COST', 'off')).toEqual({ ...once, rows: 0, counts: 0 });
    await on.snowflake('UPDATE COST SET N = N + 1 WHERE ID = 1');
    expect(await reads('COST', 'off')).toEqual({ ...once, rows: 2, counts: 0 });
    // The whole table at the snapshot, to be compared with the target.
    expect(await reads('COST', 'count')).toEqual({ ...once, rows: 0, counts: 1 });
    expect(await on.stored('COST')).toEqual(await on.source('COST'));
  });

  it('an idle round takes the held point along, and leaves one behind', async () => {
    await on.create('QUIET', `(1, 'a', 'v', 1, NULL, NULL)`);
    await on.run('QUIET');
    const points = [await on.heldPoints('QUIET')];
    for (let round = 0; round < 3; round += 1) {
      expect(await on.run('QUIET')).toMatchObject({ rows: 0, status: 'completed' });
      points.push(await on.heldPoints('QUIET'));
    }
    expect(points.map((held) => held.length)).toEqual([1, 1, 1, 1]);
    expect(points.flat()).toEqual([...new Set(points.flat())].sort());
    await on.snowflake(`DELETE FROM QUIET`);
    const last = await on.run('QUIET');
    expect(last.notices.join()).toContain(`reads what has changed since ${points.at(-1)?.[0]}`);
    expect(last).toMatchObject({ rows: 1 });
    expect(await on.stored('QUIET')).toEqual([]);
  });
});
