import { testContext } from '@snowmelt/testkit/context';
import { afterEach, describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { connectionOf, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

describe('whose schema the ledger is in', () => {
  const on = freshBench({}, async () => {
    const { database } = on.database;
    roles = { loader: `loader_${database.slice(-12)}`, other: `other_${database.slice(-12)}` };
    await on.sql.query(`CREATE ROLE ${roles.loader} LOGIN PASSWORD 'pw'; CREATE ROLE ${roles.other};
      GRANT CREATE ON DATABASE "${database}" TO ${roles.loader}, ${roles.other};
      CREATE SCHEMA app AUTHORIZATION ${roles.loader}`);
  });
  let roles: { readonly loader: string; readonly other: string };
  const context = testContext();

  afterEach(async () => {
    await on.sql.query(`ALTER DATABASE "${on.database.database}" OWNER TO CURRENT_USER;
      DROP OWNED BY ${roles.loader}, ${roles.other} CASCADE; DROP ROLE ${roles.loader}, ${roles.other}`);
  });

  const plan = () =>
    planFor(on.database, {
      target: { database: on.database.database, schema: 'app', name: 't' },
    });
  /** As the loader, or as a superuser. */
  async function prepare({ as = 'loader', schemaOwners = [] as string[] } = {}) {
    const login = as === 'loader' ? { user: roles.loader, password: 'pw' } : {};
    const connection = { ...connectionOf(on.database), ...login };
    await using target = createPostgresTarget({ connection, schemaOwners });
    return await target.prepare(plan(), context);
  }
  const refused = () => ({
    code: 'TARGET.SCHEMA_OWNER',
    message: expect.stringContaining(`belongs to role ${roles.other}`),
  });
  const strangersSchema = () =>
    on.sql.query(`CREATE SCHEMA snowmelt AUTHORIZATION ${roles.other};
      GRANT USAGE, CREATE ON SCHEMA snowmelt TO PUBLIC`);

  it.each(['loader', 'superuser'])(
    'P8: a stranger’s schema is refused to a %s, and both ways on work',
    async (as) => {
      await strangersSchema();
      const error = await prepare({ as }).catch((thrown: { fix: string }) => thrown);
      expect(error).toMatchObject(refused());
      const { fix } = error as { fix: string };
      expect(fix).toContain(`set postgres.schema_owners: ["${roles.other}"]`);
      await prepare({ as, schemaOwners: [roles.other] });
      await on.sql.query('DROP SCHEMA snowmelt CASCADE; DROP TABLE app.t');
      await strangersSchema();
      await on.sql.query(/ALTER SCHEMA snowmelt RENAME TO [^;]+;/u.exec(fix)?.[0] ?? '');
      await prepare({ as });
    },
  );

  it('a stranger’s table or view in it is refused before it is read', async () => {
    await prepare();
    await on.sql.query(`CREATE SEQUENCE public.ran; GRANT ALL ON SEQUENCE public.ran TO PUBLIC;
      DROP TABLE snowmelt.migrations; GRANT USAGE, CREATE ON SCHEMA snowmelt TO ${roles.other};
      SET ROLE ${roles.other};
      CREATE VIEW snowmelt.migrations AS SELECT nextval('public.ran')::text AS name;
      GRANT SELECT ON snowmelt.migrations TO PUBLIC; RESET ROLE`);
    await expect(prepare()).rejects.toMatchObject(refused());
    expect((await on.sql.query('SELECT is_called FROM public.ran')).rows).toEqual([
      { is_called: false },
    ]);
  });

  it.each([
    ['the role itself', () => `ALTER SCHEMA snowmelt OWNER TO ${roles.loader}`],
    ['a role that it belongs to', () => `GRANT ${roles.other} TO ${roles.loader}`],
    [
      'the owner of the database',
      () => `ALTER DATABASE "${on.database.database}" OWNER TO ${roles.other}`,
    ],
    ['a superuser', () => 'ALTER SCHEMA snowmelt OWNER TO CURRENT_USER'],
  ])('may belong to %s', async (_who, sql) => {
    await strangersSchema();
    await on.sql.query(sql());
    await prepare();
  });
});
