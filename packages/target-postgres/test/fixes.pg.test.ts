import {
  isSnowmeltError,
  type SnowmeltError,
  type TablePlan,
  type WholeTarget,
} from '@snowmelt/core';
import type { PostgresConnection } from '@snowmelt/pg-connection';
import { testContext } from '@snowmelt/testkit/context';
import { startPooler } from '@snowmelt/testkit/postgres';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createPostgresTarget, type PostgresTargetOptions } from '../src/index.ts';
import {
  bench,
  chunkOf,
  connect,
  connectionOf,
  countRows,
  integer,
  opening,
  pair,
  planFor,
  text,
} from './fixtures.ts';
import { freshBench, sharedBench } from './use-bench.ts';
import { authority, startTlsProxy, type TlsProxy } from './tls-proxy.ts';

const context = testContext();
const role = `mender_${process.pid}`;

/** The statements of a printed fix, up to the semicolon. */
function statementsOf({ fix }: SnowmeltError): readonly string[] {
  return fix.match(/(?:GRANT|ALTER|CREATE|SELECT pg_)[^;]*;/g) ?? [];
}

/** Bugs are thrown. */
async function failureIn(work: () => Promise<unknown>): Promise<SnowmeltError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (isSnowmeltError(error)) return error;
    throw error;
  }
}

async function failureOf(work: Promise<unknown>): Promise<SnowmeltError> {
  const failure = await failureIn(() => work);
  if (failure === undefined) throw new Error('it did not fail');
  return failure;
}

describe('fixes: what is printed is done literally, and then it works', () => {
  const on = sharedBench({}, async () => {
    await on.sql.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
  });
  afterAll(async () => {
    await on.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  function open(
    connection: Partial<PostgresConnection> = {},
    options: Partial<PostgresTargetOptions> = {},
  ): WholeTarget {
    const as = { ...connectionOf(on.database), user: role, password: 'pw', ...connection };
    return createPostgresTarget({ connection: as, outageSeconds: 0.2, ...options });
  }

  /** Until it works; each fix is followed, and none is printed twice. */
  async function mended(
    work: (target: WholeTarget) => Promise<unknown>,
  ): Promise<readonly string[]> {
    const codes: string[] = [];
    const fixes = new Set<string>();
    for (;;) {
      await using target = open();
      const error = await failureIn(() => work(target));
      if (error === undefined) return codes;
      expect(fixes, error.message).not.toContain(error.fix);
      fixes.add(error.fix);
      codes.push(error.code);
      const statements = statementsOf(error);
      expect(statements.length, error.fix).toBeGreaterThan(0);
      for (const statement of statements) {
        await on.sql.query(statement.replace('…', role));
      }
    }
  }

  const ping = (target: WholeTarget) => target.ping(on.database.database, context);

  it('TARGET.PRIVILEGE: the line that grants what is lacking', async () => {
    await on.sql.query(`CREATE SCHEMA sales; CREATE TABLE sales.t (id bigint, name text);
      REVOKE ALL ON DATABASE "${on.database.database}" FROM PUBLIC`);
    // The ledger is the administrator's, as one who applies sql/target by hand makes it.
    await on.target.prepare(planFor(on.database, { run: 'before' }), context);
    const plan = planFor(on.database, {
      mode: 'truncate',
      target: { database: on.database.database, schema: 'sales', name: 't' },
    });
    const codes = await mended(async (target) => {
      await target.ping(on.database.database, context);
      await target.prepare(plan, context);
      await target.load(plan, chunkOf('c1'), opening('1,a\n', 1), context);
      await target.publish(plan, context);
    });
    expect(codes.length).toBeGreaterThan(3);
    expect(new Set(codes)).toEqual(new Set(['TARGET.PRIVILEGE']));
    expect(await countRows(on.sql, 'sales.t')).toBe(1);
  });

  it('TARGET.AUTH_FAILED: a role that may not log in', async () => {
    await on.sql.query(`ALTER ROLE ${role} NOLOGIN`);
    expect(await mended(ping)).toEqual(['TARGET.AUTH_FAILED']);
  });

  it('TARGET.AUTH_FAILED: a wrong password', async () => {
    await using wrong = open({ password: 'other' });
    const error = await failureOf(ping(wrong));
    expect(error).toMatchObject({ code: 'TARGET.AUTH_FAILED' });
    expect(error.fix).toContain('postgres.password');
  });

  it('TARGET.RESOURCES: a role without a connection left', async () => {
    await on.sql.query(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
    expect(await mended(ping)).toEqual(['TARGET.RESOURCES']);
  });

  it('TARGET.DATABASE_NOT_FOUND: one that is not there, and one that takes no connections', async () => {
    const name = `Not "there" ${process.pid}`;
    await using target = open();
    try {
      const missing = await failureOf(target.ping(name, context));
      expect(missing.code).toBe('TARGET.DATABASE_NOT_FOUND');
      await on.sql.query(statementsOf(missing)[0]!);
      await target.ping(name, context);
      await target[Symbol.asyncDispose]();
      const quoted = `"${name.replaceAll('"', '""')}"`;
      await on.sql.query(`ALTER DATABASE ${quoted} WITH ALLOW_CONNECTIONS false`);
      await using again = open();
      const closed = await failureOf(again.ping(name, context));
      expect(closed.code).toBe('TARGET.DATABASE_NOT_FOUND');
      await on.sql.query(statementsOf(closed)[0]!);
      await again.ping(name, context);
    } finally {
      await on.sql.query(`DROP DATABASE IF EXISTS "${name.replaceAll('"', '""')}" WITH (FORCE)`);
    }
  });

  it('TARGET.LOCKED: the session that holds the lock is ended', async () => {
    await on.sql.query('CREATE TABLE IF NOT EXISTS t (id bigint, name text)');
    await on.sql.query(`GRANT ${role} TO CURRENT_USER`);
    const holder = await connect(on.database);
    await holder.query('BEGIN; LOCK TABLE t');
    const plan = planFor(on.database, { mode: 'truncate', run: 'locked' });
    const connection = connectionOf(on.database);
    const settings = { lockTimeoutSeconds: 1 };
    await using target = createPostgresTarget({ connection, settings });
    const error = await failureOf(target.prepare(plan, context));
    expect(error.code).toBe('TARGET.LOCKED');
    for (const statement of statementsOf(error)) await on.sql.query(statement);
    await target.prepare(plan, context);
  });

  it('TARGET.TIMEOUT: a longer postgres.settings.statement_timeout_seconds', async () => {
    await on.sql.query(`CREATE TABLE slow (id bigint, name text DEFAULT 'x' || pg_sleep(0.5))`);
    const target = { database: on.database.database, schema: 'public', name: 'slow' };
    const plan = planFor(on.database, { run: 'slow', target, columns: [pair('id', integer)] });
    const connection = connectionOf(on.database);
    const load = async (statementTimeoutSeconds: number) => {
      const settings = { statementTimeoutSeconds };
      await using slow = createPostgresTarget({ connection, settings });
      await slow.prepare(plan, context);
      return await slow.load(plan, chunkOf('c1'), opening('1\n', 1), context);
    };
    const error = await failureOf(load(0.2));
    expect(error).toMatchObject({ code: 'TARGET.TIMEOUT' });
    expect(error.fix).toContain('postgres.settings.statement_timeout_seconds');
    expect(await load(20)).toMatchObject({ rows: 1 });
  });

  it.each([
    ['22001', 'varchar(1)', 'long', 'TYPE text'],
    ['23502', 'text NOT NULL', '', 'DROP NOT NULL'],
    ['22003', 'smallint', '70000', 'TYPE numeric'],
    ['22P02', 'integer', 'word', 'TYPE text'],
  ])('TARGET.ROW_REJECTED: %s, a column of %s', async (sqlState, type, value, fix) => {
    const name = `refusing_${sqlState.toLowerCase()}`;
    await on.sql.query(`CREATE TABLE ${name} (id bigint, name ${type})`);
    const target = { database: on.database.database, schema: 'public', name };
    const columns = [pair('id', integer), pair('name', text)];
    const plan: TablePlan = planFor(on.database, { run: name, target, columns });
    await on.target.prepare(plan, context);
    const load = () => on.target.load(plan, chunkOf('c1'), opening(`1,${value}\n`, 1), context);
    const error = await failureOf(load());
    expect(error).toMatchObject({ code: 'TARGET.ROW_REJECTED', place: { column: 'name' } });
    expect(error.fix).toContain(fix);
    await on.sql.query(statementsOf(error)[0]!);
    expect(await load()).toMatchObject({ rows: 1 });
  });

  it('a pooler in transaction mode: many tables at once on a new database, and a cancelled statement', async () => {
    await using fresh = await bench();
    await using pooler = await startPooler(fresh.database, 'transaction');
    const { host, port } = pooler;
    const { user, password, database } = fresh.database;
    await using target = createPostgresTarget({ connection: { host, port, user, password } });
    const plans = Array.from({ length: 6 }, (_, n) =>
      planFor(fresh.database, {
        key: `table-${n}`,
        target: { database, schema: 'made', name: `t${n}` },
      }),
    );
    await Promise.all(plans.map((plan) => target.prepare(plan, context)));
    const tables = `SELECT FROM pg_tables WHERE schemaname = 'made'`;
    expect((await fresh.sql.query(tables)).rowCount).toBe(6);
    await fresh.sql.query('BEGIN; LOCK TABLE made.t0');
    const signal = AbortSignal.timeout(500);
    const waiting = target.prepare(
      { ...plans[0]!, run: 'run-2', mode: 'truncate', emptiesOthers: false },
      { ...context, signal },
    );
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    const stuck = async () =>
      (await fresh.sql.query(`SELECT FROM pg_locks WHERE NOT granted`)).rowCount;
    await expect.poll(stuck, { timeout: 5000 }).toBe(0);
  });
});

describe('fixes: the three causes of TARGET.TLS', () => {
  const on = freshBench({}, async () => {
    proxy = await startTlsProxy(on.database);
  });
  let proxy: TlsProxy;
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
  });

  it('each is told apart, and the key that its fix names mends it', async () => {
    const ping = async (connection: PostgresConnection) => {
      const as = { ...connectionOf(on.database), ...connection };
      await using target = createPostgresTarget({ connection: as });
      return await target.ping(on.database.database, context);
    };
    const { port } = proxy;
    const full = { mode: 'verify-full' } as const;
    const unknown = await failureOf(ping({ host: 'localhost', port, ssl: full }));
    expect(unknown).toMatchObject({
      code: 'TARGET.TLS',
      fix: expect.stringContaining('postgres.ssl.ca'),
    });
    await ping({ host: 'localhost', port, ssl: { ...full, ca: authority } });

    const name = await failureOf(
      ping({ host: '127.0.0.1', port, ssl: { ...full, ca: authority } }),
    );
    expect(name).toMatchObject({ code: 'TARGET.TLS', fix: expect.stringContaining('verify-ca') });
    expect(name.fix).toContain('DNS:localhost');
    await ping({ host: '127.0.0.1', port, ssl: { mode: 'verify-ca', ca: authority } });

    const none = await failureOf(ping({ ssl: full }));
    expect(none).toMatchObject({
      code: 'TARGET.TLS',
      fix: expect.stringContaining('postgres.ssl.mode: disable'),
    });
    await ping({ ssl: { mode: 'disable' } });
  });
});
