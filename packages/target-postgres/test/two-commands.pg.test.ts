import type { TableJob } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { TwoCommands } from './two-commands-bench.ts';
import { emptyBench } from './use-bench.ts';

const idsOf = (...tables: number[]) =>
  tables.flatMap((nth) => Array.from({ length: 12 }, (_, n) => 100 * nth + n));

describe('what people do between two commands', () => {
  const on = emptyBench();
  const columns = '(id bigint NOT NULL, version bigint, text text)';
  const standing = async (name = 't') => {
    const { rows } = await on.sql.query<{ id: number }>(`SELECT id::int FROM ${name} ORDER BY 1`);
    return rows.map(({ id }) => id);
  };

  /** What is done, and after how many of its fixes the command says completed. */
  const hands = {
    TRUNCATE: ['TRUNCATE t', 0],
    'DELETE of all': ['DELETE FROM t', 0],
    'DELETE of a row': ['DELETE FROM t WHERE id = 101', 1],
  } as const satisfies Record<string, readonly [string, number]>;
  const cases = Object.entries(hands).flatMap(([name, [sql, fixes]], nth) =>
    (['append', 'truncate'] as const).map((mode) => ({
      name,
      sql,
      fixes,
      mode,
      threads: 1 + 2 * (nth % 2),
    })),
  );

  it.each(cases)(
    'P1: three into one target, $mode, one completed and one begun: after $name each row stands once',
    async ({ mode, sql, fixes, threads }) => {
      await on.sql.query(`CREATE TABLE t ${columns}`);
      const world = new TwoCommands(
        on,
        ['a', 'b', 'c'].map((key) => ({ key, mode, into: 't' })),
      );
      expect(await world.command({ dies: { at: 'load', of: 'b', nth: 2 } })).toBeUndefined();
      await world.hand(sql);
      const said = await world.untilCompleted({ threads });
      expect(said).toHaveLength(fixes);
      expect(await standing()).toEqual(idsOf(0, 1, 2));
    },
  );

  it.each(['append', 'truncate'] as const)(
    'P1: three into one target, %s: the ledger is dropped, and each row stands once',
    async (mode) => {
      await on.sql.query(`CREATE TABLE t ${columns}`);
      const world = new TwoCommands(
        on,
        ['a', 'b', 'c'].map((key) => ({ key, mode, into: 't' })),
      );
      expect(await world.command({ dies: { at: 'load', of: 'b', nth: 2 } })).toBeUndefined();
      await world.hand('DROP SCHEMA snowmelt CASCADE');
      const followed = await world.untilCompleted();
      expect(followed).toEqual(mode === 'append' ? ['TRUNCATE "public"."t";'] : []);
      expect(await standing()).toEqual(idsOf(0, 1, 2));
    },
  );

  it.each([
    ['TRUNCATE', 'TRUNCATE a'],
    ['DELETE', 'DELETE FROM a'],
  ])(
    'P1: completed, edited, and planned anew from a bound; after %s all its rows come again',
    async (_name, sql) => {
      await on.sql.query('CREATE TABLE a (id bigint PRIMARY KEY, version bigint, text text)');
      const watermark = { source: 'VERSION', target: 'version', overlapSeconds: 0 };
      const a = { key: 'a', mode: 'upsert', uniqueness: ['ID'], watermark } as const;
      const world = new TwoCommands(on, [a, { key: 'z' }]);
      expect(await world.command({ dies: { at: 'load', of: 'z' } })).toBeUndefined();
      const edit = (job: TableJob): TableJob => ({
        ...job,
        read: { ...job.read, batchRows: 3 },
        hash: `${job.key} edited`,
      });
      expect(await world.command({ edit, dies: { at: 'prepare', of: 'a' } })).toBeUndefined();
      await world.hand(sql);
      expect(await world.untilCompleted({ edit })).toEqual([]);
      expect(await standing('a')).toEqual(idsOf(0));
    },
  );

  it.each(['truncate', 'swap'] as const)(
    '%s: a partition is dropped while it is loaded: the fix makes a place for its rows',
    async (mode) => {
      await on.sql.query(`
        CREATE TABLE t ${columns} PARTITION BY RANGE (id);
        CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (6);
        CREATE TABLE high PARTITION OF t FOR VALUES FROM (6) TO (50)`);
      const world = new TwoCommands(on, [{ key: 't', mode }]);
      expect(await world.command({ dies: { at: 'load', of: 't', nth: 2 } })).toBeUndefined();
      await world.hand('DROP TABLE low');
      expect(await world.untilCompleted()).toEqual([
        'CREATE TABLE "public"."t_default" PARTITION OF "public"."t" DEFAULT;',
      ]);
      expect(await standing()).toEqual(idsOf(0));
    },
  );
});
