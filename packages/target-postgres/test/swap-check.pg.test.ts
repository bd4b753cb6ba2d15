import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import {
  chunkOf,
  connectionOf,
  countRows,
  csv,
  integer,
  opening,
  pair,
  planFor,
} from './fixtures.ts';
import { freshBench } from './use-bench.ts';

describe('check of a swap', () => {
  const on = freshBench();
  const context = testContext();
  const plan = (parts: Partial<TablePlan> = {}) => planFor(on.database, { mode: 'swap', ...parts });

  async function findings(parts: Partial<TablePlan> = {}, target = on.target) {
    const found = await target.check(
      plan(parts),
      await target.describe(plan().target, context),
      context,
    );
    const ofSwap = found.filter(({ column }) => column === undefined);
    return ofSwap.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
  }

  const refused: Readonly<Record<string, readonly [world: string, message: string]>> = {
    'tables that inherit': [
      'CREATE TABLE t (id bigint, name text); CREATE TABLE heir () INHERITS (t)',
      'would change the tables that inherit from it: public.heir',
    ],
    rules: [
      'CREATE TABLE t (id bigint, name text); CREATE RULE mine AS ON INSERT TO t DO ALSO NOTHING',
      'rules of public.t rewrite the statements of a swap: mine',
    ],
    'published rows without identity': [
      'CREATE TABLE t (id bigint, name text); CREATE PUBLICATION p FOR TABLE t',
      'public.t has no replica identity, so rows that go can’t be published by p',
    ],
    'partitions published without identity': [
      `CREATE TABLE t (id bigint, name text) PARTITION BY RANGE (id);
       CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);
       CREATE PUBLICATION p FOR TABLE t`,
      'has no replica identity',
    ],
    'partitions on another server': [
      `CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;
       CREATE TABLE t (id bigint, name text) PARTITION BY RANGE (id);
       CREATE FOREIGN TABLE far PARTITION OF t FOR VALUES FROM (0) TO (9) SERVER s OPTIONS (filename '/dev/null')`,
      `a swap can't reach into partitions on other servers: public.far`,
    ],
    'keys that act on DELETE and lead to different columns': [
      `CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
       CREATE TABLE a (t_id bigint REFERENCES t ON DELETE CASCADE);
       CREATE TABLE b (name text REFERENCES t (name) ON DELETE SET NULL)`,
      'they lead to different keys',
    ],
    'such a key that no source column fills': [
      `CREATE TABLE t (id bigint, name text, key serial PRIMARY KEY);
       CREATE TABLE a (t_id int REFERENCES t ON DELETE CASCADE)`,
      'no source column fills key',
    ],
    'such a key that takes NULL': [
      `CREATE TABLE t (id bigint UNIQUE, name text);
       CREATE TABLE a (t_id bigint REFERENCES t (id) ON DELETE RESTRICT)`,
      'their key may hold NULL',
    ],
    'such a key to one partition': [
      `CREATE TABLE t (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);
       CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);
       CREATE TABLE a (t_id bigint REFERENCES t1 ON DELETE CASCADE)`,
      'leads to one partition and acts on DELETE',
    ],
    'a column that may not be updated': [
      `CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, name text PRIMARY KEY);
       CREATE TABLE a (name text REFERENCES t ON DELETE CASCADE)`,
      `id can't be updated`,
    ],
    'a materialized view': [
      `CREATE MATERIALIZED VIEW t AS SELECT 1::bigint AS id, 'a' AS name`,
      'is a materialized view',
    ],
  };
  for (const [what, [world, message]] of Object.entries(refused)) {
    it(`P5: refuses ${what}`, async () => {
      await on.sql.query(world);
      const found = await findings();
      const said = found.filter((one) => one.startsWith('error TARGET.TABLE_UNSUITABLE'));
      expect(said).toEqual([expect.stringContaining(message.replace('’', `'`))]);
      expect((await on.sql.query(`SELECT to_regnamespace('snowmelt') AS made`)).rows).toEqual([
        { made: null },
      ]);
    });
  }

  it('says which tables must be able to keep their rows, and what is published', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      CREATE TABLE child (t_id bigint REFERENCES t);
      CREATE PUBLICATION everything FOR ALL TABLES`);
    expect(await findings()).toEqual([
      expect.stringMatching(/^warning .*that public.child refers to must still be in the source/),
      expect.stringMatching(/^warning .*everything publishes all tables/),
    ]);
    expect(await on.target.check(plan(), undefined, context)).toMatchObject([
      { severity: 'warning' },
      { severity: 'error', message: expect.stringContaining('has no replica identity') },
    ]);
  });

  it('is content with a table that is published with an identity, and of no foreign keys', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      CREATE PUBLICATION p FOR TABLE t`);
    expect(await findings()).toEqual([]);
  });

  it('names the rights that lack; with them alone a role that owns nothing swaps', async () => {
    const role = `swapper_${on.database.database.slice(-12)}`;
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      CREATE TABLE child (t_id bigint REFERENCES t ON DELETE CASCADE);
      INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO child VALUES (1);
      CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT INSERT ON t TO ${role};
      GRANT CREATE ON DATABASE ${on.database.database} TO ${role}`);
    const connection = { ...connectionOf(on.database), user: role, password: 'secret' };
    const target = createPostgresTarget({ connection });
    const found = await findings({}, target);
    const message = `error TARGET.PRIVILEGE: role ${role} lacks SELECT, DELETE, UPDATE on public.t`;
    expect(found).toContainEqual(expect.stringContaining(message));
    expect(found).toContainEqual(expect.stringMatching(/child, whose rows .* can't be read/));

    await on.sql.query(
      `GRANT SELECT, DELETE, UPDATE ON t TO ${role}; GRANT SELECT ON child TO ${role}`,
    );
    const granted = await findings({}, target);
    expect(granted.filter((one) => one.startsWith('error'))).toEqual([]);
    await target.prepare(plan(), context);
    await target.load(plan(), chunkOf('a'), opening(csv([['1', 'x']])), context);
    await target.publish(plan(), context);
    expect(await countRows(on.sql)).toBe(1);

    await on.sql.query(`REVOKE CREATE ON SCHEMA snowmelt FROM ${role};
      ALTER SCHEMA snowmelt OWNER TO CURRENT_USER; GRANT USAGE ON SCHEMA snowmelt TO ${role}`);
    expect(await findings({}, target)).toContainEqual(
      expect.stringContaining('may not create tables in the schema snowmelt'),
    );
    await target[Symbol.asyncDispose]();
    await on.sql.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  });

  it('lets keys that only look (NO ACTION) lead to any column', async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text UNIQUE, key serial UNIQUE);
      CREATE TABLE a (t_id bigint REFERENCES t, name text REFERENCES t (name))`);
    const found = await findings({ columns: [pair('id', integer)] });
    expect(found.filter((one) => one.startsWith('error'))).toEqual([]);
  });
});
