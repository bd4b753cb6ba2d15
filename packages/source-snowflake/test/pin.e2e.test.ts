import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

let snowflake: TestSnowflake;

beforeAll(async () => {
  snowflake = await startSnowflake();
});

afterAll(async () => {
  await snowflake[Symbol.asyncDispose]();
});

it('P3: the point is the end of the millisecond of the answer, and has passed when it is there', async () => {
  await using source = snowflake.source();
  const before = Date.now();
  const { at } = await source.pins.pin(testContext());
  expect(at).toMatch(/\.\d{3}999999\+00:00$/u);
  expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(at)).toBeLessThan(Date.now());
});

it('P3: a point that is yet to come for whoever answers is waited for, and is no object without a past', async () => {
  const database = await snowflake.createDatabase();
  await snowflake.run(`CREATE TABLE ${database}.SALES.SOON (ID INT)`);
  await snowflake.run(`CREATE VIEW ${database}.SALES.LOOK AS SELECT * FROM ${database}.SALES.SOON`);
  await using source = snowflake.source();
  const view = { database, schema: 'SALES', name: 'LOOK' };
  const schema = await source.describe(view, testContext());
  const at = new Date(Date.now() + 2500).toISOString().replace('Z', '999999+00:00');
  const context = testContext();
  expect(await source.pins.unpinnable(schema, at, context)).toBeUndefined();
  expect(context.logged.map(({ event }) => event)).toContain('statement_retried');
}, 30_000);

it('P3: what is read at a point stays the same beside a writer that never rests', async () => {
  const database = await snowflake.createDatabase();
  const name = `${database}.SALES.BUSY`;
  await snowflake.run(`CREATE TABLE ${name} (ID INT) CHANGE_TRACKING = TRUE`);
  const stop = new AbortController();
  const writing = (async () => {
    for (let id = 0; !stop.signal.aborted; id += 1) {
      await snowflake.run(`INSERT INTO ${name} VALUES (${id})`);
    }
  })();
  await using source = snowflake.source();
  const points: string[] = [];
  const planAt = (at: string): TablePlan =>
    tablePlan({
      source: { database, schema: 'SALES', name: 'BUSY' },
      columns: [pair('ID', { kind: 'decimal', precision: 38, scale: 0 })],
      snapshot: { pinned: true, at },
    });
  const counts: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    const { at } = await source.pins.pin(testContext());
    counts.push(await source.count(planAt(at), testContext()));
    points.push(at);
  }
  stop.abort();
  await writing;
  const again = await Promise.all(points.map((at) => source.count(planAt(at), testContext())));
  expect(again).toEqual(counts);
  // Windows between the points have the rest, and each row once.
  let held = counts[0] ?? NaN;
  for (const [index, from] of points.slice(0, -1).entries()) {
    const at = points[index + 1] ?? '';
    const window = `${name} CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => '${from}'::TIMESTAMP_LTZ)
      END(TIMESTAMP => '${at}'::TIMESTAMP_LTZ)`;
    held += (await snowflake.run(`SELECT ID FROM ${window}`)).length;
  }
  expect(held).toBe(counts.at(-1));
});
