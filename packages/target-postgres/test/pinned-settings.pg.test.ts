import type { ColumnPair, LogicalType } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, csv, opening, pair, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

/** What a database may have set for everyone, and what would change a value if it applied here. */
const hostile = {
  DateStyle: `'SQL, DMY'`,
  IntervalStyle: `'sql_standard'`,
  TimeZone: `'Asia/Kolkata'`,
  bytea_output: `'escape'`,
  extra_float_digits: '-3',
  array_nulls: 'off',
  xmloption: `'document'`,
  standard_conforming_strings: 'off',
};

describe('P1: settings of the database change no value', () => {
  const on = freshBench({}, async () => {
    for (const [name, value] of Object.entries(hostile)) {
      await on.sql.query(`ALTER DATABASE ${on.database.database} SET ${name} = ${value}`);
    }
  });
  const context = testContext();
  const float: LogicalType = { kind: 'float', bits: 64 };

  async function load(columns: readonly ColumnPair[], row: readonly (string | null)[], parts = {}) {
    const plan = planFor(on.database, { columns, ...parts });
    await on.target.prepare(plan, context);
    await on.target.load(plan, chunkOf('c1'), opening(csv([row]), 1), context);
    return plan;
  }

  it('text is read as it is written', async () => {
    await on.sql.query(`CREATE TABLE t (d date, at timestamptz, ntz timestamptz, i interval,
      b bytea, a text[], x xml)`);
    const columns = ['d', 'at', 'ntz', 'i', 'b', 'a', 'x'].map((name) =>
      pair(name, { kind: 'text' }),
    );
    await load(
      columns,
      [
        ['2024-01-02', '2024-01-02T03:04:05+00:00', '2024-01-02T03:04:05'],
        ['-1 days +02:03:04', '\\x00ff', '{NULL,b}', 'no document'],
      ].flat(),
    );
    const { rows } = await on.sql.query(
      `SELECT d::text, extract(epoch FROM at)::int AS at, at = ntz AS utc,
              extract(epoch FROM i)::int AS i, encode(b, 'hex') AS b, a[1] IS NULL AS a, x::text FROM t`,
    );
    const seconds = -86_400 + 2 * 3600 + 3 * 60 + 4;
    expect(rows).toEqual([
      {
        d: '2024-01-02',
        at: 1_704_164_645,
        utc: true,
        i: seconds,
        b: '00ff',
        a: true,
        x: 'no document',
      },
    ]);
  });

  it('a swap finds a float that differs in its last digit', async () => {
    await on.sql.query('CREATE TABLE t (f double precision); INSERT INTO t VALUES (0.1)');
    const plan = await load([pair('f', float)], ['0.10000000000000002'], { mode: 'swap' });
    await on.target.publish(plan, context);
    expect((await on.sql.query('SELECT f FROM t')).rows).toEqual([{ f: 0.10000000000000002 }]);
  });
});
