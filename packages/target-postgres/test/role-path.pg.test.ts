import { testContext } from '@snowmelt/testkit/context';
import type { LoadMode, PlanParts } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

/** Beside planted names: what users count on is the path that their role has. */
describe('triggers that name functions and tables without their schema', () => {
  const on = sharedBench({}, () =>
    on.sql.query(`
      ALTER DATABASE ${on.database.database} SET search_path = app, public;
      CREATE SCHEMA app; CREATE TABLE app.seen (id bigint);
      CREATE FUNCTION app.tag(text) RETURNS text LANGUAGE sql AS
        $$ SELECT regexp_replace($1, '^(tagged )?', 'tagged ') $$;
      CREATE FUNCTION app.stamp() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.name := tag(NEW.name); RETURN NEW; END $$;
      CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO seen VALUES (NEW.id); RETURN NULL; END $$`),
  );
  const context = testContext();

  const keyed = { keyColumns: ['id'] };
  /** What is there before, what stands afterwards, and the ids of which the deferred trigger has heard. */
  interface Case {
    readonly parts: PlanParts & { readonly mode: LoadMode };
    readonly there: string;
    readonly rows: readonly string[];
    readonly seen: string;
  }
  const cases: readonly Case[] = [
    {
      parts: { mode: 'append' },
      there: '9',
      rows: ['1 tagged a', '2 tagged b', '9 old'],
      seen: '1,2',
    },
    { parts: { mode: 'truncate' }, there: '1,9', rows: ['1 tagged a', '2 tagged b'], seen: '1,2' },
    { parts: { mode: 'swap' }, there: '1,9', rows: ['1 tagged a', '2 tagged b'], seen: '1,2' },
    {
      parts: { mode: 'upsert', ...keyed },
      there: '1,9',
      rows: ['1 tagged a', '2 tagged b', '9 old'],
      seen: '1,2',
    },
    {
      parts: { mode: 'insert-only', ...keyed },
      there: '1,9',
      rows: ['1 old', '2 tagged b', '9 old'],
      seen: '2',
    },
  ];
  it.each(cases)('P1: $parts.mode: find them, also at COMMIT', async (one) => {
    const { parts, there, rows, seen } = one;
    await on.empty();
    await on.sql.query(`
      TRUNCATE app.seen; CREATE TABLE public.t (id bigint PRIMARY KEY, name text);
      INSERT INTO public.t SELECT id, 'old' FROM unnest('{${there}}'::bigint[]) id;
      CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON public.t
        FOR EACH ROW EXECUTE FUNCTION app.stamp();
      CREATE CONSTRAINT TRIGGER note AFTER INSERT OR UPDATE ON public.t
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.note()`);
    const plan = planFor(on.database, parts);
    const errors = (await on.findings(plan)).filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([]);
    await on.target.prepare(plan, context);
    await on.load(plan, [
      ['1', 'a'],
      ['2', 'b'],
    ]);
    await on.target.publish(plan, context);
    const found = await on.sql.query<{ rows: string[]; seen: string }>(`
      SELECT (SELECT array_agg(id || ' ' || name ORDER BY id) FROM public.t) AS rows,
             (SELECT string_agg(id::text, ',' ORDER BY id) FROM app.seen) AS seen`);
    expect(found.rows).toEqual([{ rows, seen }]);
  });
});
