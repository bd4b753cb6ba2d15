import { SnowmeltError, type TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit';
import { describe, expect, it } from 'vitest';

import {
  bench,
  chunkOf,
  csv,
  integer,
  opening,
  pair,
  planFor,
  text,
  type Bench,
} from './fixtures.ts';

type Rows = readonly (readonly (string | null)[])[];

const context = testContext();
const at = (hour: number) => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000000000Z`;

/** A plan of `public.t (id, name, code)`: all rows up to an hour, or the changes since another. */
function planAt(on: Bench, hour: number, from?: number, parts: Partial<TablePlan> = {}): TablePlan {
  const feed = 'the table';
  return planFor(on.database, {
    run: `run-${hour}`,
    columns: [pair('id', integer), pair('name', text), pair('code', text)],
    mode: from === undefined ? 'append' : 'changes',
    keyColumns: ['id'],
    snapshot: { pinned: true, at: at(hour) },
    changes: from === undefined ? { feed } : { feed, from: at(from) },
    ...parts,
  });
}

async function loadAll({ target }: Bench, plan: TablePlan, rows: Rows): Promise<void> {
  await target.prepare(plan, context);
  await target.load(plan, chunkOf('1'), opening(csv(rows), rows.length), context);
}

/** A table with its first rows, which the run of hour 1 has loaded. */
async function begin(on: Bench, ddl: string, rows: Rows): Promise<void> {
  await on.sql.query(ddl);
  const plan = planAt(on, 1);
  await loadAll(on, plan, rows);
  await on.target.publish(plan, context);
}

/** Changes of hour 2, published. */
async function change(on: Bench, changes: Rows, parts: Partial<TablePlan> = {}): Promise<void> {
  const plan = planAt(on, 2, 1, parts);
  await loadAll(on, plan, changes);
  await on.target.publish(plan, context);
}

async function stored({ sql }: Bench, what = 'id, name, code'): Promise<string[]> {
  const query = `SELECT concat_ws(' ', ${what}) AS row FROM public.t ORDER BY id NULLS LAST`;
  return (await sql.query<{ row: string }>(query)).rows.map(({ row }) => row);
}

const plain = `CREATE TABLE public.t (id bigint PRIMARY KEY, name text NOT NULL, code text UNIQUE)`;
const two: Rows = [
  ['1', 'one', 'a'],
  ['2', 'two', 'b'],
];

async function refused(promise: Promise<unknown>): Promise<SnowmeltError> {
  const error: unknown = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof SnowmeltError) return error;
  throw new Error('expected a failure of the catalogue', { cause: error });
}

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

describe('P1: one state after the other', () => {
  it('a run that was overtaken can not bring old changes back', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const slow = planAt(on, 2, 1);
    await loadAll(on, slow, [['I', '1', 'of hour 2', 'a']]);
    const quick = planAt(on, 3, 1);
    await loadAll(on, quick, [['I', '1', 'of hour 3', 'a']]);
    await on.target.publish(quick, context);
    expect((await refused(on.target.publish(slow, context))).code).toBe('RUN.TABLE_BUSY');
    expect((await refused(on.target.prepare(slow, context))).code).toBe('RUN.TABLE_BUSY');
    expect(await stored(on)).toEqual(['1 of hour 3 a', '2 two b']);
    expect(await on.target.heldSnapshot?.(quick, context)).toBe(at(3));
  });

  it('also not one that was to fill the empty target', async () => {
    await using on = await bench();
    await on.sql.query(plain);
    const first = planAt(on, 1);
    await on.target.prepare(first, context);
    const second = planAt(on, 2);
    await loadAll(on, second, two);
    await on.target.publish(second, context);
    expect((await refused(loadAll(on, first, [['3', 'old', null]]))).code).toBe('RUN.TABLE_BUSY');
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
  });

  it('also not one whose target was emptied for another run meanwhile', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const slow = planAt(on, 2, 1);
    await loadAll(on, slow, [['D', '1', null, null]]);
    const { changes: _none, ...refresh } = planAt(on, 3, undefined, { mode: 'truncate' });
    await loadAll(on, refresh, two);
    await on.target.publish(refresh, context);
    expect((await refused(on.target.publish(slow, context))).code).toBe('RUN.TABLE_BUSY');
    expect(await on.target.heldSnapshot?.(slow, context)).toBeUndefined();
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
  });

  it('a run that plans the table anew holds nothing until it is published again', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const plan = planAt(on, 1);
    expect(await on.target.heldSnapshot?.(plan, context)).toBe(at(1));
    await on.target.prepare({ ...plan, mode: 'truncate' }, context);
    expect(await on.target.heldSnapshot?.(plan, context)).toBeUndefined();
  });

  it('what is only gathered is no unfinished load to a watermark', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    await loadAll(on, planAt(on, 2, 1), [['D', '1', null, null]]);
    const column = pair('id', integer, { targetType: integer });
    const { target } = planAt(on, 2);
    expect(await on.target.newestWatermark(target, column, context)).toEqual({ value: '2' });
  });

  it('check names what deleting needs', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const plan = planAt(on, 2, 1);
    const existing = await on.target.describe(plan.target, context);
    const errors = async () =>
      (await on.target.check(plan, existing, context))
        .filter(({ severity }) => severity === 'error')
        .map(({ message }) => message);
    expect(await errors()).toEqual([]);
    await on.sql.query(`CREATE RULE r AS ON DELETE TO public.t DO INSTEAD NOTHING;
      ALTER TABLE public.t DROP CONSTRAINT t_pkey`);
    const messages = (await errors()).join();
    expect(messages).toMatch(/rules of public.t rewrite the statements of a load of changes/);
    expect(messages).toMatch(/no unique index over exactly id/);
  });
});
