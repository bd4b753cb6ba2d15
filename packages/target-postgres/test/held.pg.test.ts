import type { WholeTarget } from '@snowmelt/core';
import { beforeEach, describe, expect, it } from 'vitest';

import { at, begin, context, loadAll, plain, planAt, stored, two } from './changes-bench.ts';
import { sharedBench } from './use-bench.ts';

const anew = 'CREATE TABLE other (LIKE t INCLUDING ALL)';
const taking: readonly (readonly [string, string])[] = [
  ['TRUNCATE', 'TRUNCATE t'],
  ['TRUNCATE and a row of others', `TRUNCATE t; INSERT INTO t VALUES (7, 'theirs', 'z')`],
  ['DROP and CREATE', `${anew}; DROP TABLE t; ALTER TABLE other RENAME TO t`],
  ['DROP', 'DROP TABLE t; ' + plain.replace('public.t', 't')],
];
const leaving: readonly (readonly [string, string])[] = [
  ['VACUUM FULL', 'VACUUM FULL t'],
  ['CLUSTER', 'CLUSTER t USING t_pkey'],
  ['a column more', 'ALTER TABLE t ADD COLUMN more int DEFAULT 7'],
  ['an UPDATE of others', `UPDATE t SET name = 'edited'`],
];

describe('P1: changes are applied to the rows of a snapshot only', () => {
  const on = sharedBench({}, async () => {
    target = on.target;
  });
  let target: WholeTarget;
  beforeEach(async () => {
    await on.sql.query('DROP TABLE IF EXISTS t, other; DROP SCHEMA IF EXISTS snowmelt CASCADE');
    await begin(on, plain, two);
  });
  const held = () => target.changes.heldSnapshot(planAt(on, 2), context);

  it.each(taking)('after %s it holds none', async (_what, sql) => {
    expect(await held()).toBe(at(1));
    await on.sql.query(sql);
    expect(await held()).toBeUndefined();
  });

  it.each(leaving)('after %s it is held', async (_what, sql) => {
    await on.sql.query(sql);
    expect(await held()).toBe(at(1));
    const plan = planAt(on, 2, 1);
    await loadAll(on, plan, [['D', '2', null, null]]);
    expect(await target.publish(plan, context)).not.toHaveProperty('restart');
  });

  it.each(taking)('%s while they are gathered: the table is read whole', async (_what, sql) => {
    const plan = planAt(on, 2, 1);
    await loadAll(on, plan, [['D', '2', null, null]]);
    await on.sql.query(sql);
    // Prepared again, as after a stop, it is no other.
    await target.prepare(plan, context);
    const { restart } = await target.publish(plan, context);
    expect(restart).toMatchObject({ restarts: 1 });
    expect((await target.publish(plan, context)).restart).toEqual(restart);
    const whole = planAt(on, 2, undefined, { mode: 'swap', restarts: 1 });
    await loadAll(on, whole, [['1', 'one', 'a']]);
    await target.publish(whole, context);
    expect(await stored(on)).toEqual(['1 one a']);
    expect(await target.changes.heldSnapshot(planAt(on, 3), context)).toBe(at(2));
  });

  it('a partition that was emptied, or goes, takes the snapshot along; one more does not', async () => {
    await on.sql.query(`DROP TABLE t; DROP SCHEMA snowmelt CASCADE`);
    await begin(
      on,
      `CREATE TABLE t (id bigint PRIMARY KEY, name text, code text) PARTITION BY RANGE (id);
       CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (2);
       CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (2) TO (4)`,
      two,
    );
    await on.sql.query('CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (4) TO (6)');
    await on.sql.query('VACUUM FULL t1');
    expect(await held()).toBe(at(1));
    await on.sql.query('TRUNCATE t2');
    expect(await held()).toBeUndefined();
  });
});
