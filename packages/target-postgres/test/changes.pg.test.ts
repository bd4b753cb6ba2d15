import { describe, expect, it } from 'vitest';

import {
  begin,
  change,
  context,
  loadAll,
  plain,
  planAt,
  refused,
  stored,
  two,
  type Rows,
} from './changes-bench.ts';
import { bench, integer, pair, text } from './fixtures.ts';

describe('changes are applied to the table as it is', () => {
  it('P1: a unique value goes from row to row, and from one that is deleted', async () => {
    await using on = await bench();
    await begin(on, plain, [...two, ['9', 'nine', 'z']]);
    await change(on, [
      ['I', '1', 'one', 'c'],
      // Sorts before the row that had the value, and after the one that gives it up.
      ['I', '0', 'new', 'a'],
      ['D', '9', null, null],
      ['I', '2', 'two', 'z'],
    ]);
    expect(await stored(on)).toEqual(['0 new a', '1 one c', '2 two z']);
  });

  it('a column that does not travel keeps its value, a new row has its default', async () => {
    await using on = await bench();
    await begin(on, plain.replace(')', `, seen text DEFAULT 'no')`), two);
    await on.sql.query(`UPDATE public.t SET seen = 'yes'`);
    await change(on, [
      ['I', '1', 'changed', 'a'],
      ['I', '3', 'three', null],
    ]);
    expect(await stored(on, 'id, name, seen')).toEqual([
      '1 changed yes',
      '2 two yes',
      '3 three no',
    ]);
  });

  it('a column may have the name of the action, and a key be all there is', async () => {
    await using on = await bench();
    const parts = { columns: [pair('snowmelt_action', text)], keyColumns: ['snowmelt_action'] };
    await on.sql.query('CREATE TABLE public.t (snowmelt_action text PRIMARY KEY)');
    const first = planAt(on, 1, undefined, parts);
    await loadAll(on, first, [['I'], ['D']]);
    await on.target.publish(first, context);
    await change(
      on,
      [
        ['D', 'D'],
        ['I', 'I'],
        ['I', 'x'],
      ],
      parts,
    );
    const { rows } = await on.sql.query('SELECT snowmelt_action AS a FROM public.t ORDER BY 1');
    expect(rows.map(({ a }) => a)).toEqual(['I', 'x']);
  });

  it('partitions: a row that changes moves from one to another', async () => {
    await using on = await bench();
    const ddl = `CREATE TABLE public.t (id bigint PRIMARY KEY, name text, code text)
      PARTITION BY RANGE (id);
      CREATE TABLE public.low PARTITION OF public.t FOR VALUES FROM (0) TO (10);
      CREATE TABLE public.high PARTITION OF public.t DEFAULT`;
    await begin(on, ddl, two);
    await change(on, [
      ['D', '1', null, null],
      ['I', '100', 'one', 'a'],
    ]);
    expect(await stored(on)).toEqual(['2 two b', '100 one a']);
  });

  it('an identity that is always generated is the key', async () => {
    await using on = await bench();
    const ddl = plain.replace('bigint', 'bigint GENERATED ALWAYS AS IDENTITY');
    await begin(on, ddl, two);
    await change(on, [
      ['I', '1', 'changed', 'a'],
      ['I', '7', 'new', null],
    ]);
    expect(await stored(on, 'id, name')).toEqual(['1 changed', '2 two', '7 new']);
  });

  it('a foreign key to itself sees the whole, not the order of its parts', async () => {
    await using on = await bench();
    const ddl = `CREATE TABLE public.t
      (id bigint PRIMARY KEY, name text, code text, parent bigint REFERENCES public.t)`;
    const columns = [...planAt(on, 1).columns, pair('parent', integer)];
    await on.sql.query(ddl);
    const first = planAt(on, 1, undefined, { columns });
    await loadAll(on, first, [
      ['1', 'root', null, null],
      ['2', 'leaf', null, '1'],
    ]);
    await on.target.publish(first, context);
    const moved: Rows = [
      ['D', '1', null, null, null],
      ['I', '2', 'leaf', null, '3'],
      ['I', '3', 'root', null, null],
    ];
    await change(on, moved, { columns });
    expect(await stored(on, 'id, name, parent')).toEqual(['2 leaf 3', '3 root']);
  });
});

describe('P5: what can not be applied leaves the old rows', () => {
  it('a NULL in the key, unless the index finds it', async () => {
    await using on = await bench();
    const ddl = 'CREATE TABLE public.t (id bigint UNIQUE, name text, code text)';
    await begin(on, ddl, two);
    const error = await refused(change(on, [['I', null, 'none', null]]));
    expect(error.code).toBe('TARGET.ROW_REJECTED');
    expect(error.message).toMatch(/NULL in their key \(id\)/);
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
  });

  it('P8: a key that comes twice, which is said once, with its own fix', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const twice = ['x', 'y'].map((code) => ['I', '5', 'five', code]);
    const error = await refused(change(on, twice));
    expect(error.message).toMatch(
      /^1 keys \(id\) .* at the snapshot: the target still holds its old rows$/,
    );
    expect(error.fix).toMatch(/uniqueness_columns/);
  });

  it('a NULL in the key that NULLS NOT DISTINCT finds goes and comes', async () => {
    await using on = await bench();
    const { rows } = await on.sql.query('SHOW server_version_num');
    if (Number(rows[0].server_version_num) < 150_000) return;
    const ddl = 'CREATE TABLE public.t (id bigint UNIQUE NULLS NOT DISTINCT, name text, code text)';
    await begin(on, ddl, [...two, [null, 'none', null]]);
    await change(on, [
      ['I', null, 'still none', null],
      ['D', '2', null, null],
    ]);
    expect(await stored(on)).toEqual(['1 one a', 'still none']);
  });

  it('a row that another table refers to: NO ACTION refuses, CASCADE is not let loose', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const child = (action: string) => `DROP TABLE IF EXISTS public.child;
      CREATE TABLE public.child (t bigint REFERENCES public.t ${action});
      INSERT INTO public.child VALUES (2)`;
    const gone: Rows = [['D', '2', null, null]];
    await on.sql.query(child(''));
    expect((await refused(change(on, gone))).code).toBe('TARGET.ROW_REJECTED');
    await on.sql.query(child('ON DELETE CASCADE'));
    const error = await refused(on.target.publish(planAt(on, 2, 1), context));
    expect(error.code).toBe('TARGET.TABLE_UNSUITABLE');
    expect(error.message).toMatch(/1 rows of public.child refer to rows that the source no longer/);
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
    // Where the child has let go, the same run comes to its end.
    await on.sql.query('DELETE FROM public.child');
    await on.target.publish(planAt(on, 2, 1), context);
    expect(await stored(on)).toEqual(['1 one a']);
  });

  it('a cascade of its own that would take rows which no change speaks of', async () => {
    await using on = await bench();
    const ddl = `CREATE TABLE public.t (id bigint PRIMARY KEY, name text, code text);
      ALTER TABLE public.t ADD up bigint REFERENCES public.t ON DELETE CASCADE`;
    await begin(on, ddl, two);
    await on.sql.query('UPDATE public.t SET up = 1 WHERE id = 2');
    const error = await refused(change(on, [['D', '1', null, null]]));
    expect(error.code).toBe('TARGET.TABLE_UNSUITABLE');
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
  });

  it('a trigger that drops a row', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    await on.sql.query(`
      CREATE FUNCTION public.drops() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RETURN CASE WHEN NEW.name <> 'unwanted' THEN NEW END; END$$;
      CREATE TRIGGER drops BEFORE INSERT OR UPDATE ON public.t
        FOR EACH ROW EXECUTE FUNCTION public.drops()`);
    const changes: Rows = [
      ['D', '2', null, null],
      ['I', '1', 'unwanted', 'a'],
      ['I', '3', 'wanted', null],
    ];
    const error = await refused(change(on, changes));
    expect(error).toMatchObject({ code: 'TARGET.ROW_COUNT_MISMATCH', retry: 'never' });
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
  });

  it('a row that a constraint refuses, and changes that a hand took away', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const error = await refused(change(on, [['I', '1', null, 'a']]));
    expect(error.code).toBe('TARGET.ROW_REJECTED');
    expect(error.message).toMatch(/still holds its old rows/);
    const { rows } = await on.sql.query(
      `SELECT shadow FROM snowmelt.table_ledger WHERE shadow IS NOT NULL`,
    );
    await on.sql.query(`DELETE FROM snowmelt.${rows[0].shadow}`);
    const missing = await refused(on.target.publish(planAt(on, 2, 1), context));
    expect(missing.code).toBe('RUN.COUNT_MISMATCH');
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
  });
});
