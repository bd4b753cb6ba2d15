import type { SnowmeltError, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { bench, chunkOf, csv, opening, planFor } from './fixtures.ts';
import type { Bench } from './fixtures.ts';

const context = testContext();
const rows = Array.from({ length: 10 }, (_, n) => [String(n), 'x']);

const limited = {
  read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 100, limit: 10 },
} satisfies Partial<TablePlan>;

/** The statement of the error's fix. */
const truncating = (error: unknown): string =>
  /TRUNCATE .*?;/u.exec((error as SnowmeltError).fix)?.[0] ?? 'the fix has none';

describe('a first try, and what people have done to its table', () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
    await on.sql.query(
      `CREATE TABLE t (id bigint, name text); INSERT INTO t VALUES (-1, 'theirs')`,
    );
  });
  afterEach(() => on[Symbol.asyncDispose]());

  const at = (run: string, parts: Partial<TablePlan> = {}) =>
    planFor(on.database, {
      run,
      snapshot: { pinned: true, at: `2026-01-0${run}T00:00:00Z` },
      ...parts,
    });

  it.each([
    ['an UPDATE of others', `UPDATE t SET name = 'y' WHERE id = 3`, /9 of the 10 rows/],
    [
      'rows of others that lead to them',
      'ALTER TABLE t ADD UNIQUE (id); CREATE TABLE child (t bigint REFERENCES t (id)); INSERT INTO child VALUES (3)',
      /rows of public.child lead to some of them/,
    ],
  ])(
    'P1: after %s the rows of a first try stay until they go by the fix',
    async (_what, sql, why) => {
      const tried = at('1', limited);
      await on.sql.query('DELETE FROM t');
      await on.target.prepare(tried, context);
      await on.target.load(tried, chunkOf('a'), opening(csv(rows)), context);
      await on.target.publish(tried, context);
      await on.sql.query(sql);
      const error = await on.target.prepare(at('2'), context).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'RUN.ROWS_UNFINISHED',
        message: expect.stringMatching(why),
      });
      await on.sql.query(truncating(error));
      await on.target.prepare(at('2'), context);
      expect((await on.sql.query('SELECT FROM t')).rowCount).toBe(0);
    },
  );

  it('RUN.NOT_FIRST: a first try goes into the table once it is emptied, as its fix says', async () => {
    const tried = at('1', limited);
    const error = await on.target.prepare(tried, context).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'RUN.NOT_FIRST' });
    await on.sql.query(truncating(error));
    await on.target.prepare(tried, context);
  });
});
