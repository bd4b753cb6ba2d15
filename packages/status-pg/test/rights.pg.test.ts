import { psqlStatements } from '@snowmelt/testkit/postgres';
import { testDatabase } from '@snowmelt/testkit/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { migrations } from '../src/generated/migrations.ts';
import { createPostgresStatusStore } from '../src/index.ts';
import { loads, openStore, query, request } from './support/open-store.ts';

/** A later version, which makes a view anew. */
const later = {
  name: '9999_view_anew',
  sql: `DO $anew$ BEGIN
    EXECUTE 'CREATE OR REPLACE VIEW migration_status.v_table_progress AS '
      || pg_get_viewdef('migration_status.v_table_progress'::regclass);
  END $anew$;
  INSERT INTO migration_status.schema_migrations (name) VALUES ('9999_view_anew');`,
};
const undoLater = `DELETE FROM migration_status.schema_migrations WHERE name = '${later.name}'`;

const givenSql = `
WITH grantee AS (SELECT oid, quote_ident(rolname) AS name FROM pg_roles WHERE rolname = $1)
SELECT format('REVOKE %s ON %s FROM %s', a.privilege_type, o.what, g.name) AS sql
FROM (
  SELECT datacl AS acl, format('DATABASE %I', datname) AS what FROM pg_database
  WHERE datname = current_database()
  UNION ALL SELECT nspacl, format('SCHEMA %I', nspname) FROM pg_namespace
  UNION ALL SELECT relacl, c.oid::regclass::text FROM pg_class c, grantee
  WHERE relkind = 'r' AND relowner <> grantee.oid
) o, aclexplode(o.acl) a, grantee g
WHERE a.grantee = g.oid`;

const inFix = /(?:GRANT|ALTER TABLE|ALTER VIEW|CREATE SCHEMA) [^;]*;/g;

describe('a role with exactly what grants says of the status database', () => {
  const carried = migrations as { name: string; sql: string }[];
  beforeAll(() => void carried.push(later));
  afterAll(() => void carried.splice(carried.indexOf(later), 1));

  it.each([
    ['makes the tables itself', false, false],
    ['finds them made by another role', true, false],
    ['finds them of an earlier version', true, true],
  ])('%s; and where one thing is taken away, check names the way back', async (_, made, behind) => {
    await using on = await testDatabase();
    const { host, port, database } = on;
    const role = `Status "${database.slice(-12)}`;
    const quoted = `"${role.replaceAll('"', '""')}"`;
    const apply = async (sql: readonly string[]) => {
      for (const statement of psqlStatements(sql.join('\n'))) await query(on, statement);
    };
    await query(
      on,
      `CREATE ROLE ${quoted} LOGIN PASSWORD 'pw'; REVOKE ALL ON DATABASE "${database}" FROM PUBLIC`,
    );
    await using admin = openStore(on);
    if (made) await admin.migrate();
    if (behind) await query(on, undoLater);
    const grants = (await admin.grants?.({ role, database, ask: made })) ?? [];
    await apply(grants.map(({ sql }) => sql));

    const connection = { host, port, user: role, password: 'pw', database };
    const need = { databases: {}, least: 4, parallelThreads: 1 };
    const check = async () => {
      await using store = createPostgresStatusStore({ connection, outageSeconds: 0.2 });
      return (await store.check?.(need)) ?? [];
    };
    const keepsARun = async () => {
      await using store = createPostgresStatusStore({ connection });
      await store.migrate();
      const { id } = await store.openRun(request());
      await store.addChunks(id, 's/a', loads(1));
      const answer = await store.lease(id, 's/a', 'w');
      if (answer.kind !== 'lease') throw new Error(answer.kind);
      await store.record(answer.lease, { type: 'loaded', rows: 1, bytes: 1 });
      await store.closeRun(id, 'completed');
    };
    try {
      expect(await check()).toEqual([]);
      await keepsARun();
      for (const { sql } of await query<{ sql: string }>(on, givenSql, [role])) {
        await query(on, sql);
        const lacking = await check();
        if (lacking.length === 0) {
          await keepsARun();
          continue;
        }
        const fixes = lacking.flatMap(({ fix }) => fix.match(inFix) ?? []);
        expect(fixes, `${sql}: ${JSON.stringify(lacking)}`).not.toEqual([]);
        await apply(fixes);
        expect(await check(), sql).toEqual([]);
      }
      await keepsARun();
    } finally {
      await query(on, `DROP OWNED BY ${quoted} CASCADE; DROP ROLE ${quoted}`);
    }
  });
});
