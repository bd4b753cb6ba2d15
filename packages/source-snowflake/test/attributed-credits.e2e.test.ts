import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { attributionQuery } from '../src/check/attributed-credits.ts';
import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';

let snowflake: TestSnowflake;

beforeAll(async () => {
  snowflake = await startSnowflake();
  Object.assign(snowflake.emulator.engine.attribution, { lateSeconds: 0, shortestMs: 0 });
});

afterAll(async () => {
  await snowflake[Symbol.asyncDispose]();
});

const since = new Date(Date.now() - 60_000);
const [one, two, never] = ['0b8e6d1c-1', "it's 100%_\\ run", '0b8e6d1c-3'] as const;

/** A statement of each run that wakes the warehouse, of two runs as two tables tag them. */
async function work(): Promise<void> {
  await using source = snowflake.source({ queryTag: 'load run=x%' });
  for (const [run, queryTag] of [
    [one, undefined],
    [one, 'one of a table'],
    [two, undefined],
    ['of somebody else', undefined],
  ] as const) {
    await source.pins.pin({
      ...testContext(),
      run,
      ...(queryTag === undefined ? {} : { queryTag }),
    });
  }
}

describe('what Snowflake attributes to a run', () => {
  it('comes by run from one statement, whatever the tags and ids are, and none of a run unknown', async () => {
    await work();
    await using source = snowflake.source();
    await source.ping(testContext());
    snowflake.emulator.stats.reset();
    const { attributesCredits } = source;
    const told = await attributesCredits.attributed([one, two, never], since, testContext());
    if (!('byRun' in told)) throw new Error(told.refused);
    expect(snowflake.emulator.stats.statements).toHaveLength(1);
    expect([...told.byRun.keys()].toSorted()).toEqual([one, two]);
    expect(told.byRun.get(one)).toMatchObject({ statements: 2, until: expect.any(Date) });
    expect(told.byRun.get(one)?.credits).toBeGreaterThan(0);
    expect(told.byRun.get(two)).toMatchObject({ statements: 1 });
    const past = new Date(Date.now() + 2 * 3_600_000);
    expect(await attributesCredits.attributed([one], past, testContext())).toEqual({
      byRun: new Map(),
    });
  });

  it('is refused to a role without the grant, with the statement that mends it, which works', async () => {
    await snowflake.run('CREATE ROLE "Load er"');
    await using source = snowflake.source({ role: '"Load er"' });
    const ask = () => source.attributesCredits.attributed([one], since, testContext());
    const told = await ask();
    expect(told).toMatchObject({
      refused: expect.stringContaining("Schema 'SNOWFLAKE.ACCOUNT_USAGE' does not exist") as string,
      grant: { sql: 'GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE "Load er";' },
    });
    if ('grant' in told) await snowflake.run(told.grant.sql);
    expect(await ask()).toMatchObject({ byRun: expect.any(Map) });
  });

  it('a fault that is no refusal is thrown, as whoever asked has to know', async () => {
    await using source = snowflake.source();
    const match = { sqlIncludes: 'ACCOUNT_USAGE' };
    const failing = { code: '000606', sqlState: '57P03', message: 'No active warehouse selected' };
    snowflake.emulator.faults.add({ kind: 'fail-statement', ...failing, match, times: 1 });
    await expect(
      source.attributesCredits.attributed([one], since, testContext()),
    ).rejects.toMatchObject({ code: 'SOURCE.NO_WAREHOUSE' });
  });

  it('nothing is asked of no run; an id is a text in the statement, and reads no other run', async () => {
    const query = attributionQuery({ runs: ["a' OR '1'='1", 'b\\'], since });
    expect(query).toContain(`IN ('a'' OR ''1''=''1', 'b\\\\')`);
    expect(query).not.toContain('LIKE');
    const before = attributionQuery({ runs: ['a'], since: new Date('2026-01-02T03:00:00Z') });
    expect(before).toContain(`START_TIME >= '2026-01-02T02:00:00.000Z'::TIMESTAMP_LTZ`);
    await using source = snowflake.source();
    snowflake.emulator.stats.reset();
    expect(await source.attributesCredits.attributed([], since, testContext())).toEqual({
      byRun: new Map(),
    });
    expect(snowflake.emulator.stats.statements).toEqual([]);
  });
});
