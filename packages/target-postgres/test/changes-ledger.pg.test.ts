import type { TruncatePlan } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import {
  at,
  begin,
  context,
  loadAll,
  plain,
  planAt,
  refused,
  stored,
  two,
} from './changes-bench.ts';
import { bench, connect, integer, pair } from './fixtures.ts';

describe('P1: one state after the other', () => {
  it('a run that was overtaken can not bring old changes back', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const slow = planAt(on, 2, 1);
    await loadAll(on, slow, [['I', '1', 'of hour 2', 'a']]);
    const quick = planAt(on, 3, 1);
    await loadAll(on, quick, [['I', '1', 'of hour 3', 'a']]);
    await on.target.publish(quick, context);
    expect((await refused(on.target.publish(slow, context))).code).toBe('RUN.SUPERSEDED');
    expect((await refused(on.target.prepare(slow, context))).code).toBe('RUN.SUPERSEDED');
    expect(await stored(on)).toEqual(['1 of hour 3 a', '2 two b']);
    expect(await on.target.changes.heldSnapshot(quick, context)).toBe(at(3));
  });

  it('a round without changes takes the held snapshot along; no writer waits, and it for none', async () => {
    await using on = await bench({ settings: { lockTimeoutSeconds: 1 } });
    await begin(on, plain, two);
    const analyzed = async () =>
      (await on.sql.query(`SELECT last_analyze FROM pg_stat_user_tables WHERE relname = 't'`)).rows;
    const before = await analyzed();
    const writer = await connect(on.database);
    await writer.query(`BEGIN; UPDATE public.t SET name = 'somebody' WHERE id = 1`);
    const idle = planAt(on, 2, 1);
    await loadAll(on, idle, []);
    await on.target.publish(idle, context);
    // Published again, it is as it was.
    await on.target.publish(idle, context);
    expect(await on.target.changes.heldSnapshot(planAt(on, 3), context)).toBe(at(2));
    expect(await analyzed()).toEqual(before);
    const busy = planAt(on, 3, 2);
    await loadAll(on, busy, [['D', '2', null, null]]);
    expect((await refused(on.target.publish(busy, context))).code).toBe('TARGET.LOCKED');
    expect(await on.target.changes.heldSnapshot(planAt(on, 4), context)).toBe(at(2));
    await writer.query('ROLLBACK');
    await writer.end();
    await on.target.publish(busy, context);
    expect(await stored(on)).toEqual(['1 one a']);
    expect(await on.target.changes.heldSnapshot(planAt(on, 4), context)).toBe(at(3));
  });

  it('also without changes a run that was overtaken does not move what is held', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const slow = planAt(on, 2, 1);
    await loadAll(on, slow, []);
    const quick = planAt(on, 3, 1);
    await loadAll(on, quick, []);
    await on.target.publish(quick, context);
    expect((await refused(on.target.publish(slow, context))).code).toBe('RUN.SUPERSEDED');
    expect(await on.target.changes.heldSnapshot(planAt(on, 4), context)).toBe(at(3));
  });

  it('also not one that was to fill the empty target', async () => {
    await using on = await bench();
    await on.sql.query(plain);
    const first = planAt(on, 1);
    await on.target.prepare(first, context);
    const second = planAt(on, 2);
    await loadAll(on, second, two);
    await on.target.publish(second, context);
    expect((await refused(loadAll(on, first, [['3', 'old', null]]))).code).toBe('RUN.SUPERSEDED');
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
  });

  it('also not one whose target was emptied for another run meanwhile', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const slow = planAt(on, 2, 1);
    await loadAll(on, slow, [['D', '1', null, null]]);
    const { changes: _none, ...refresh } = planAt(on, 3, undefined, {
      mode: 'truncate',
    }) as TruncatePlan;
    await loadAll(on, refresh, two);
    await on.target.publish(refresh, context);
    expect((await refused(on.target.publish(slow, context))).code).toBe('RUN.SUPERSEDED');
    expect(await on.target.changes.heldSnapshot(slow, context)).toBeUndefined();
    expect(await stored(on)).toEqual(['1 one a', '2 two b']);
  });

  it('a run that plans the table anew holds nothing until it is published again', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    const plan = planAt(on, 1);
    expect(await on.target.changes.heldSnapshot(plan, context)).toBe(at(1));
    await on.target.prepare({ ...plan, mode: 'truncate', emptiesOthers: false }, context);
    expect(await on.target.changes.heldSnapshot(plan, context)).toBeUndefined();
  });

  it('what is only gathered is no unfinished load to a watermark', async () => {
    await using on = await bench();
    await begin(on, plain, two);
    await loadAll(on, planAt(on, 2, 1), [['D', '1', null, null]]);
    const column = pair('id', integer, { targetType: integer });
    const later = planAt(on, 2);
    expect(await on.target.watermarks.newest(later, column, context)).toEqual({ value: '2' });
  });

  it.each([undefined, 1])('check names what deleting needs, since %s', async (from) => {
    await using on = await bench();
    await begin(on, plain, two);
    const plan = planAt(on, 2, from);
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
