import { describe, expect, it } from 'vitest';

import type { FaultScene } from '../src/faults/fault-row.ts';
import { faultOf } from '../src/faults/fault.ts';
import { outlast, passes, type Outage } from '../src/faults/outlast.ts';

const scene: FaultScene = {
  server: 'db:5432, database sales',
  databaseKey: 'target_pg_database',
  database: 'sales',
  role: 'loader',
};

function server(code: string, message = 'said the server', fields: object = {}): Error {
  return Object.assign(new Error(message), { severity: 'ERROR', code, ...fields });
}

const network = (code: string): Error => Object.assign(new Error('no'), { code });

describe('P8: what PostgreSQL refuses has one meaning and a fix that can be followed', () => {
  it.each([
    ['08006', 'lost', 'chunk', 'run the same command again'],
    ['25006', 'standby', 'run', 'postgres.host to the primary'],
    ['26000', 'pooler', 'never', 'pool_mode = session'],
    ['28P01', 'login', 'never', 'postgres.password'],
    ['3D000', 'no-database', 'never', 'CREATE DATABASE "sales"'],
    ['3F000', 'missing', 'never', 'schema'],
    ['40001', 'conflict', 'chunk', 'same command'],
    ['40P01', 'conflict', 'chunk', 'same command'],
    ['42P05', 'pooler', 'never', 'pool_mode = session'],
    ['42P06', 'raced', 'chunk', 'same command'],
    ['53100', 'resources', 'run', 'disk space'],
    ['53200', 'resources', 'run', 'maintenance_work_mem'],
    ['53300', 'full', 'chunk', 'parallel_threads'],
    ['54000', 'refused', 'never', 'columns.exclude'],
    ['55P03', 'locked', 'chunk', 'lock_timeout_seconds'],
    ['57014', 'cancelled', 'chunk', 'pg_cancel_backend'],
    ['57P01', 'lost', 'chunk', 'same command'],
    ['57P03', 'starting', 'chunk', 'takes connections'],
    ['58030', 'resources', 'run', 'disks'],
    ['XX001', 'refused', 'never', 'log of the server'],
    ['42601', 'refused', 'never', 'Mend what the message'],
  ])('SQLSTATE %s is %s, retry %s', (code, kind, retry, fix) => {
    const fault = faultOf(server(code), scene);
    expect(fault).toMatchObject({ kind, retry, sqlState: code, message: 'said the server' });
    expect(fault?.fix).toContain(fix);
  });

  it.each([
    [
      '55000',
      'database "sales" is not currently accepting connections',
      { routine: 'CheckMyDatabase' },
      'ALTER DATABASE "sales" WITH ALLOW_CONNECTIONS true',
    ],
    [
      '0A000',
      'cannot set transaction read-write mode during recovery',
      { routine: 'call_bool_check_hook' },
      'primary',
    ],
    [
      '28000',
      'role "loader" is not permitted to log in',
      { routine: 'InitializeSessionUserId' },
      'ALTER ROLE "loader" LOGIN',
    ],
    [
      '28000',
      'no pg_hba.conf entry for host "10.0.0.1", user "loader", database "sales", no encryption',
      { routine: 'ClientAuthentication' },
      'Add a line to pg_hba.conf',
    ],
    ['28000', 'connection requires a valid client certificate', {}, 'postgres.ssl.cert'],
    ['53300', 'too many connections for role "loader"', {}, 'ALTER ROLE "loader" CONNECTION LIMIT'],
    ['53300', 'too many connections for database "sales"', {}, 'ALTER DATABASE "sales" CONNECTION'],
    ['53300', 'sorry, too many clients already', {}, 'Raise max_connections'],
    ['08P01', 'unsupported startup parameter: options', {}, 'unset PGOPTIONS'],
    [
      '23505',
      'duplicate key value violates unique constraint "pg_namespace_nspname_index"',
      { schema: 'pg_catalog' },
      'Another process|another process',
    ],
  ])('%s: %s', (code, message, fields, fix) => {
    expect(faultOf(server(code, message, fields), scene)?.fix).toMatch(new RegExp(fix));
  });

  it('a duplicate key of a table is no race of two processes', () => {
    const row = server('23505', 'duplicate key', { schema: 'public' });
    expect(faultOf(row, scene)).toMatchObject({ kind: 'refused', retry: 'never' });
  });

  it('the hint of the server goes before general advice, and the way on is said', () => {
    const fault = faultOf(server('42883', 'no such function', { hint: 'Add casts.' }), scene);
    expect(fault?.fix).toBe('Add casts. Then run the same command again.');
  });
});

describe('a privilege that is lacking is named, with its object and the line that grants it', () => {
  it.each([
    [
      'permission denied for table orders',
      'SET LOCAL lock_timeout = 1; LOCK TABLE "sales"."orders" IN ROW EXCLUSIVE MODE',
      'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "sales"."orders" TO "loader";',
    ],
    [
      'permission denied for table orders',
      'TRUNCATE "sales"."orders"',
      'GRANT TRUNCATE ON TABLE "sales"."orders" TO "loader";',
    ],
    [
      'permission denied for table table_ledger',
      'SELECT 1 FROM snowmelt.table_ledger',
      'GRANT SELECT ON TABLE "snowmelt"."table_ledger" TO "loader";',
    ],
    [
      'permission denied for table Odd "Name"',
      'DELETE FROM "S"."Odd ""Name"""',
      'GRANT SELECT, DELETE ON TABLE "S"."Odd ""Name""" TO "loader";',
    ],
    [
      'permission denied for schema sales',
      'CREATE TABLE "sales"."orders" (id int)',
      'GRANT USAGE, CREATE ON SCHEMA "sales" TO "loader";',
    ],
    [
      'permission denied for schema sales',
      'SELECT 1 FROM "sales"."orders"',
      'GRANT USAGE ON SCHEMA "sales" TO "loader";',
    ],
    [
      'permission denied for database sales',
      'CREATE SCHEMA IF NOT EXISTS snowmelt',
      'GRANT CREATE ON DATABASE "sales" TO "loader";',
    ],
    [
      'permission denied for database sales',
      undefined,
      'GRANT CONNECT ON DATABASE "sales" TO "loader";',
    ],
    [
      'permission denied to create temporary tables in database "sales"',
      'CREATE TEMP TABLE x ()',
      'GRANT TEMPORARY ON DATABASE "sales" TO "loader";',
    ],
    [
      'permission denied for sequence orders_id_seq',
      `SELECT setval('sales.orders_id_seq', 5)`,
      'GRANT USAGE, SELECT, UPDATE ON SEQUENCE "sales"."orders_id_seq" TO "loader";',
    ],
    [
      'must be owner of table orders',
      'ALTER TABLE "sales"."orders" ADD COLUMN x int',
      'ALTER TABLE "sales"."orders" OWNER TO "loader";',
    ],
    ['keine Berechtigung für Tabelle orders', 'SELECT 1', 'Give role "loader" the privilege'],
  ])('%s', (message, sql, fix) => {
    expect(faultOf(server('42501', message), { ...scene, sql })?.fix).toContain(fix);
  });
});

describe('the causes of a TLS connection that fails have a fix each', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'postgres.ssl.ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'postgres.ssl.ca'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'postgres.ssl.ca'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'postgres.ssl.mode: verify-ca'],
    ['CERT_HAS_EXPIRED', 'ssl_cert_file'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'postgres.port'],
  ])('%s', (code, fix) => {
    const fault = faultOf(network(code));
    expect(fault).toMatchObject({ kind: 'tls', retry: 'never' });
    expect(fault?.fix).toContain(fix);
  });

  it('a server without TLS', () => {
    const error = new Error('The server does not support SSL connections');
    expect(faultOf(error)?.fix).toContain('postgres.ssl.mode: disable');
  });
});

it('what it does not know is a bug', () => {
  expect(faultOf(new TypeError('x is not a function'))).toBeUndefined();
  expect(faultOf('nonsense')).toBeUndefined();
});

describe('a database that is away for a while is waited for', () => {
  const patience = {
    server: 'db',
    outageMs: 5000,
    signal: new AbortController().signal,
    passes: (error: unknown) => passes(error, true),
    tell: undefined,
  };

  it.each([
    ['57P03', false, 'outage'],
    ['53300', false, 'outage'],
    ['08006', false, 'few'],
    ['57P01', true, 'outage'],
    ['ECONNREFUSED', false, 'no'],
    ['ECONNREFUSED', true, 'outage'],
    ['ECONNRESET', false, 'few'],
    ['25006', false, 'no'],
    ['25006', true, 'outage'],
    ['40P01', true, 'few'],
    ['55P03', true, 'no'],
    ['28P01', true, 'no'],
    ['53100', true, 'no'],
  ])('%s, where the server was reached before: %s', (code, reached, how) => {
    const error = /^\d/.test(code) ? server(code) : network(code);
    expect(passes(error, reached)).toBe(how);
    expect(passes(new Error('translated', { cause: error }), reached)).toBe(how);
  });

  it('each wait is told, and the work knows that it is a repetition', async () => {
    const told: Outage[] = [];
    const agains: boolean[] = [];
    const work = async (again: boolean) => {
      agains.push(again);
      if (agains.length < 3) throw server('57P03', 'the database system is starting up');
      return 'done';
    };
    const tell = (outage: Outage) => told.push(outage);
    expect(await outlast(work, { ...patience, tell })).toBe('done');
    expect(agains).toEqual([false, true, true]);
    expect(told).toMatchObject([
      { server: 'db', tries: 1, message: 'the database system is starting up' },
      { server: 'db', tries: 2 },
    ]);
  });

  it('not longer than outageMs, and what does not pass not at all', async () => {
    let tries = 0;
    const failing = (code: string) => async () => {
      tries += 1;
      throw server(code);
    };
    await expect(outlast(failing('57P01'), { ...patience, outageMs: 150 })).rejects.toThrow();
    expect(tries).toBeGreaterThan(1);
    tries = 0;
    await expect(outlast(failing('28P01'), patience)).rejects.toThrow();
    expect(tries).toBe(1);
    tries = 0;
    await expect(outlast(failing('40P01'), patience)).rejects.toThrow();
    expect(tries).toBe(5);
  });

  it('a stop ends the wait', async () => {
    const stop = new AbortController();
    const tell = (): void => stop.abort(new Error('stopped'));
    const work = async () => Promise.reject(server('57P01'));
    await expect(outlast(work, { ...patience, signal: stop.signal, tell })).rejects.toThrow();
  });
});
