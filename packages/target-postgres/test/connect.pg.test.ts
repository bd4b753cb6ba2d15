import { inspect } from 'node:util';

import type { PostgresConnection } from '@snowmelt/pg-connection';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { bench, chunkOf, connectionOf, opening, planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const secret = 'S3cret-p4ssword';

describe('connect', () => {
  const on = sharedBench();
  const context = testContext();

  async function failure(connection: PostgresConnection, database = on.database.database) {
    await using target = createPostgresTarget({
      connection,
      settings: { connectTimeoutSeconds: 5 },
    });
    return target.ping(database, context).then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
  }

  it('says who, where and what', async () => {
    const { host, port, database } = on.database;
    expect(await on.target.ping(database, context)).toMatch(
      new RegExp(`^postgres at ${host}:${port}, database ${database} \\(PostgreSQL \\d+`),
    );
  });

  it('takes a url, and what stands beside it first', async () => {
    const url = new URL(on.database.url);
    url.username = 'nobody';
    url.pathname = '/nothing';
    url.search = '?sslmode=disable';
    await using target = createPostgresTarget({
      connection: { url: url.href, user: on.database.user },
    });
    expect(await target.ping(on.database.database, context)).toContain('postgres at');
  });

  it('asks a password function for every connection', async () => {
    let asked = 0;
    const password = async () => {
      asked += 1;
      return on.database.password;
    };
    await using target = createPostgresTarget({
      connection: { ...connectionOf(on.database), password },
    });
    await target.ping(on.database.database, context);
    // A server that trusts this host asks for no password.
    expect(asked).toBeLessThanOrEqual(1);
  });

  it('keeps targets of one run in several databases apart', async () => {
    await using other = await bench();
    const { target } = on;
    await other.sql.query('CREATE TABLE only_there (id int)');
    const ref = { schema: 'public', name: 'only_there' };
    const there = { ...ref, database: other.database.database };
    expect(await target.describe(there, context)).toBeDefined();
    expect(
      await target.describe({ ...ref, database: on.database.database }, context),
    ).toBeUndefined();
  });

  it('P8: translates what keeps it from connecting', async () => {
    const connection = connectionOf(on.database);
    expect(await failure(connection, 'no such "database"')).toMatchObject({
      code: 'TARGET.DATABASE_NOT_FOUND',
    });
    expect(await failure({ ...connection, port: 1 })).toMatchObject({
      code: 'TARGET.UNREACHABLE',
      message: expect.stringContaining(':1, database'),
    });
    expect(await failure({ ...connection, host: 'no-such-host.invalid' })).toMatchObject({
      code: 'TARGET.UNREACHABLE',
    });
    expect(await failure({ ...connection, user: 'nobody-knows' })).toMatchObject({
      code: 'TARGET.AUTH_FAILED',
      retry: 'never',
    });
    expect(await failure({ ...connection, ssl: { mode: 'require' } })).toMatchObject({
      code: 'TARGET.TLS',
    });
    expect(
      await failure({ ...connection, ssl: { mode: 'require', ca: '/no/such.pem' } }),
    ).toMatchObject({ code: 'CONFIG.INVALID', message: expect.stringContaining('ca') });
  });

  it('P7: no password is in an error, however it is printed', async () => {
    const connection = { ...connectionOf(on.database), password: secret };
    const failures = [
      await failure({ ...connection, user: 'nobody-knows' }),
      await failure({ ...connection, port: 1 }),
      await failure({ ...connection, host: 'no-such-host.invalid' }),
      await failure({ ...connection, ssl: { mode: 'require' } }),
    ];
    const urls = [
      `postgresql://me:${secret}@host:port/x`,
      `mysql://me:${secret}@host/x`,
      `postgresql://me:${secret}%@host/x`,
      `postgresql://me:x@host/x?sslmode=${secret}`,
      `postgresql://me:${secret}@host/x?odd=1`,
    ];
    for (const url of urls) {
      expect(() => createPostgresTarget({ connection: { url } })).toThrow(
        expect.objectContaining({ code: 'CONFIG.INVALID' }),
      );
      failures.push(thrown(() => createPostgresTarget({ connection: { url } })));
    }
    for (const error of failures) {
      const printed = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      expect(printed).not.toContain(secret);
    }
  });

  it('changes settings for its own transactions only', async () => {
    await using other = await bench({ maxConnections: 1 });
    await other.sql.query(`
      ALTER DATABASE ${other.database.database} SET TimeZone = 'Asia/Tokyo';
      CREATE TABLE t (id bigint, name text,
        sync text DEFAULT current_setting('synchronous_commit'),
        zone text DEFAULT current_setting('TimeZone'))`);
    const plan = planFor(other.database);
    await other.target.prepare(plan, context);
    await other.sql.query(`ALTER TABLE snowmelt.table_ledger
      ADD COLUMN sync text DEFAULT current_setting('synchronous_commit')`);
    await other.target.load(plan, chunkOf('c1'), opening('1,a\n'), context);
    const { rows: loaded } = await other.sql.query('SELECT sync, zone FROM t');
    await other.target.prepare({ ...plan, run: 'run-2' }, context);
    expect(loaded).toEqual([{ sync: 'off', zone: 'UTC' }]);
    const { rows: plain } = await other.sql.query(
      `SELECT sync FROM snowmelt.table_ledger WHERE run_id = 'run-2'`,
    );
    expect(plain).toEqual([{ sync: 'on' }]);
  });
});

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
