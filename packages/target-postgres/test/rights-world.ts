import {
  decidePlan,
  runMigration,
  type Finding,
  type RunReport,
  type TableJob,
} from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { memorySource, memoryStatusStore, MemoryWarehouse } from '@snowmelt/testkit/memory';
import { psqlStatements } from '@snowmelt/testkit/postgres';

import { createPostgresTarget } from '../src/index.ts';
import { bench, column, connectionOf, integer, planFor, text, type Bench } from './fixtures.ts';

const source = { database: 'SRC', schema: 'PUBLIC', name: 'T' };

/** A way to load a table that an administrator has made, or that the run makes. */
export interface Scenario {
  /** Beside the schema `Sales`. */
  readonly tables: string;
  readonly job: Partial<TableJob>;
  /** Another role has made the ledger. */
  readonly ledger?: boolean;
}

export interface RightsWorld extends AsyncDisposable {
  readonly on: Bench;
  readonly role: string;
  grants(ask: boolean): Promise<readonly string[]>;
  /** As a superuser, one statement after the other, as psql does. */
  admin(sql: readonly string[]): Promise<void>;
  /** Errors about rights, or what `check` itself fails with. */
  lacking(): Promise<readonly Finding[]>;
  run(): Promise<RunReport>;
}

/** A database in which nobody may do what was not granted, and a role that may log in. */
export async function rightsWorld({ tables, job, ledger = false }: Scenario): Promise<RightsWorld> {
  const on = await bench();
  const { database } = on.database;
  const role = `Lo"ader ${database.slice(-12)}`;
  const quoted = `"${role.replaceAll('"', '""')}"`;
  await on.sql.query(`CREATE ROLE ${quoted} LOGIN PASSWORD 'pw-1';
    REVOKE ALL ON DATABASE "${database}" FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC;
    CREATE SCHEMA "Sales"; ${tables}`);
  if (ledger) await on.target.prepare(planFor(on.database), testContext());
  const warehouse = new MemoryWarehouse();
  const columns = [column('ID', integer, { nullable: false }), column('NAME', text)];
  warehouse.createTable({ ref: source, columns, rows: [], primaryKey: ['ID'] });
  const whole: TableJob = {
    key: 'T',
    sourceName: 'memory',
    source,
    target: { database, schema: 'Sales', name: 't' },
    mode: 'append',
    uniqueness: [],
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 10 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: 1,
    maxRetryAttempts: 1,
    schemaEvolution: 'create',
    emptiesOthers: false,
    snapshot: 'auto',
    verify: 'digest',
    hash: 'T',
    notices: [],
    ...job,
  };
  const connection = { ...connectionOf(on.database), user: role, password: 'pw-1' };
  const context = testContext();
  // A connection each time: rights of a database are asked at the login.
  const asRole = () => createPostgresTarget({ connection, settings: { lockTimeoutSeconds: 5 } });
  let round = 0;
  return {
    on,
    role,
    async grants(ask) {
      const granted = await on.target.grants.grants(
        database,
        { role, tables: [whole], ask },
        context,
      );
      return (granted ?? []).map(({ sql }) => sql);
    },
    async admin(sql) {
      for (const statement of psqlStatements(sql.join('\n'))) await on.sql.query(statement);
    },
    async lacking() {
      await using target = asRole();
      try {
        const using = { target, source: memorySource({ warehouse }), context, jobs: [whole] };
        const asked = { ...using, run: 'check', snapshotAt: warehouse.now() };
        const { findings } = await decidePlan(whole, asked);
        return findings.filter(({ severity }) => severity === 'error');
      } catch (error) {
        const { code, message, fix } = error as Finding;
        return [{ severity: 'error', code, message, fix }];
      }
    },
    async run() {
      round += 1;
      const rows = [
        [String(round), 'new'],
        ['0', `changed ${round}`],
      ];
      warehouse.replaceRows(source, rows);
      await using target = asRole();
      return await runMigration(
        {
          jobs: [whole],
          configHash: 'c',
          executionHash: 'e',
          resume: { mode: 'never' },
          parallelThreads: 1,
          snapshotDelay: 0,
        },
        { source: memorySource({ warehouse }), target, status: memoryStatusStore() },
        context,
      );
    },
    async [Symbol.asyncDispose]() {
      await on.sql.query(`DROP OWNED BY ${quoted} CASCADE; DROP ROLE ${quoted}`);
      await on[Symbol.asyncDispose]();
    },
  };
}

/** Each thing that the role was given, as the statement that takes it away again. */
export async function revocations({ on, role }: RightsWorld): Promise<readonly string[]> {
  const { rows } = await on.sql.query<{ sql: string }>(
    `WITH grantee AS (SELECT oid, quote_ident(rolname) AS name FROM pg_roles WHERE rolname = $1)
     SELECT format('REVOKE %s ON %s FROM %s', a.privilege_type, o.what, g.name) AS sql
     FROM (
       SELECT datacl AS acl, format('DATABASE %I', datname) AS what FROM pg_database
       WHERE datname = current_database()
       UNION ALL SELECT nspacl, format('SCHEMA %I', nspname) FROM pg_namespace
       UNION ALL SELECT relacl, CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END
         || c.oid::regclass FROM pg_class c, grantee WHERE relowner <> grantee.oid
     ) o, aclexplode(o.acl) a, grantee g
     WHERE a.grantee = g.oid
     UNION ALL
     SELECT format('ALTER TABLE %s OWNER TO CURRENT_USER', c.oid::regclass)
     FROM pg_class c JOIN grantee g ON c.relowner = g.oid
     WHERE c.relkind = 'r' AND c.relnamespace = '"Sales"'::regnamespace`,
    [role],
  );
  return rows.map(({ sql }) => sql);
}
