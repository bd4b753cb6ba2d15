import { SnowmeltError, type TablePlan } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import {
  isServerError,
  serverHint,
  serverMessage,
  translateError,
  type ServerError,
} from '@snowmelt/pg-connection';
import { targetFaults } from '../src/connect/fault-names.ts';
import { rejectedRow } from '../src/copy/copy-error.ts';
import { quoteIdentifier } from '../src/sql/quote-identifier.ts';
import { pair, text } from './fixtures.ts';

function server(code: string, fields: object = {}): Error {
  return Object.assign(new Error('said the server'), { severity: 'ERROR', code, ...fields });
}

const scene = { server: 'db:5432, database sales', place: { table: 'orders' } };
const named = (error: Error, where = scene): unknown => translateError(error, where, targetFaults);

describe('a fault of PostgreSQL, as the target calls it,', () => {
  const codes: readonly (readonly [string, string, string])[] = [
    ['28P01', 'TARGET.AUTH_FAILED', 'never'],
    ['28000', 'TARGET.AUTH_FAILED', 'never'],
    ['3D000', 'TARGET.DATABASE_NOT_FOUND', 'never'],
    ['42501', 'TARGET.PRIVILEGE', 'never'],
    ['42P01', 'TARGET.TABLE_MISSING', 'never'],
    ['53100', 'TARGET.RESOURCES', 'run'],
    ['53300', 'TARGET.RESOURCES', 'chunk'],
    ['25006', 'TARGET.READ_ONLY', 'run'],
    ['55P03', 'TARGET.LOCKED', 'chunk'],
    ['40P01', 'TARGET.LOCKED', 'chunk'],
    ['40001', 'TARGET.LOCKED', 'chunk'],
    ['57P01', 'TARGET.CONNECTION_LOST', 'chunk'],
    ['57P03', 'TARGET.CONNECTION_LOST', 'chunk'],
    ['08006', 'TARGET.CONNECTION_LOST', 'chunk'],
    ['57014', 'TARGET.STATEMENT_FAILED', 'chunk'],
    ['42601', 'TARGET.STATEMENT_FAILED', 'never'],
  ];
  it.each(codes)('SQLSTATE %s is %s, retry %s', (sqlState, code, retry) => {
    expect(named(server(sqlState))).toMatchObject({
      code,
      retry,
      message: `said the server (SQLSTATE ${sqlState}, db:5432, database sales)`,
      place: { table: 'orders' },
    });
  });

  it('tells a statement that ran out of time from one that somebody cancelled', () => {
    const limited = { ...scene, statementTimeoutMs: 1500 };
    expect(named(server('57014'), limited)).toMatchObject({
      code: 'TARGET.TIMEOUT',
      message: 'said the server of 1.5 s (db:5432, database sales)',
    });
    const cancelled = Object.assign(server('57014'), {
      message: 'canceling statement due to user request',
    });
    expect(named(cancelled, limited)).toMatchObject({ code: 'TARGET.STATEMENT_FAILED' });
  });

  const network: readonly (readonly [string, string])[] = [
    ['ECONNREFUSED', 'TARGET.UNREACHABLE'],
    ['ENOTFOUND', 'TARGET.UNREACHABLE'],
    ['ECONNRESET', 'TARGET.CONNECTION_LOST'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TARGET.TLS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TARGET.TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'TARGET.TLS'],
    ['CERT_HAS_EXPIRED', 'TARGET.TLS'],
  ];
  it.each(network)('%s is %s', (code, expected) => {
    const error = Object.assign(new Error('no'), { code });
    expect(named(error)).toMatchObject({ code: expected });
    const several = new AggregateError([error, error]);
    expect(named(several)).toMatchObject({ code: expected });
  });

  it('leaves a bug as it is, and keeps what an error of Snowmelt says', () => {
    const bug = new TypeError('x is not a function');
    expect(named(bug)).toBe(bug);
    const known = new SnowmeltError('SOURCE.NETWORK', 'gone', { place: { chunk: 'c1' } });
    expect(named(known)).toMatchObject({
      code: 'SOURCE.NETWORK',
      place: { chunk: 'c1', table: 'orders' },
    });
  });

  it('does not take errors of Node for those of the server', () => {
    expect(isServerError(Object.assign(new Error('no'), { code: 'EPIPE' }))).toBe(false);
  });
});

describe('rejectedRow', () => {
  const names = ['a', 'a: "b', 'a, null input', 'line 9, column x'];
  const table = {
    target: { schema: 'public', name: 't, line 7' },
    columns: names.map((name) => pair(name, text)),
    keyColumns: [],
  } as unknown as TablePlan;

  it.each(names)('finds column %s in the context', (name) => {
    const where = `PL/pgSQL function f()\nCOPY t, line 7, line 12, column ${name}: "value, column a: ""`;
    const error = rejectedRow(server('22P02', { where }), table);
    expect(error).toMatchObject({ code: 'TARGET.ROW_REJECTED', place: { column: name } });
  });

  it('takes the column that the server names itself, and goes without one', () => {
    const named = rejectedRow(
      server('23502', { column: 'a', where: 'COPY t, line 7, line 3: "x"' }),
      table,
    );
    expect(named).toMatchObject({
      place: { column: 'a' },
      message: expect.stringContaining('line 3 of the chunk, column a'),
    });
    expect(rejectedRow(server('23505', { detail: 'Key (id)=(1)' }), table)).toMatchObject({
      message: 'said the server: Key (id)=(…) (SQLSTATE 23505; table public.t, line 7)',
      place: {},
    });
  });

  it.each([
    [
      '22007',
      'invalid input syntax for type date: "year 0 is before 1"',
      undefined,
      'its year is before 1',
      'column of type text',
    ],
    [
      '22P02',
      'invalid input syntax for type json',
      'Token "NaN" is invalid.',
      'JSON has no NaN and no infinities',
      'on_unsupported_json',
    ],
    [
      '22P02',
      'invalid input syntax for type json',
      'Token "-Infinity" is invalid.',
      'JSON has no NaN and no infinities',
      'on_unsupported_json',
    ],
    [
      '22007',
      'invalid input syntax for type timestamp: "1999-12-31T23:59:59.9999999 has more than 6 digits of a second"',
      undefined,
      'has more than 6 digits of a second',
      'on_extra_digits',
    ],
  ])('P7: %s, %s %s is told by what the source means', (...row) => {
    const [code, message, detail, why, fix] = row;
    const refused = Object.assign(server(code, { detail }), { message });
    const error = rejectedRow(refused, table);
    expect(error).toMatchObject({
      message: expect.stringContaining(why) as string,
      fix: expect.stringContaining(fix) as string,
    });
    expect(String(error)).not.toMatch(/1999|year 0/u);
  });

  it('says nothing of a number where a word in JSON is another one', () => {
    const fields = { detail: 'Token "secret" is invalid.' };
    const refused = Object.assign(server('22P02', fields), {
      message: 'invalid input syntax for type json',
    });
    const error = rejectedRow(refused, table);
    expect(String(error)).not.toMatch(/secret|NaN/u);
  });

  it('leaves what no row is to blame for', () => {
    const error = server('53100');
    expect(rejectedRow(error, table)).toBe(error);
  });
});

describe('quoteIdentifier', () => {
  it('quotes whatever the name holds', () => {
    expect(quoteIdentifier('a"; DROP TABLE x; --')).toBe('"a""; DROP TABLE x; --"');
  });

  it.each(['', 'a\0b', 'ä'.repeat(32)])('refuses %j, which PostgreSQL would cut', (name) => {
    expect(() => quoteIdentifier(name)).toThrow(
      expect.objectContaining({ code: 'TARGET.TABLE_UNSUITABLE' }),
    );
  });
});

describe('P7: what is said of a refused row', () => {
  const said = (code: string, message: string, fields: object = {}) =>
    serverMessage(Object.assign(server(code, fields), { message }) as unknown as ServerError);

  it.each([
    ['22P02', 'invalid input syntax for type integer: "secret"', ' "…"'],
    ['22P02', 'ungültige Eingabesyntax für Typ integer: „secret“', ' "…"'],
    ['22P02', 'syntaxe en entrée invalide pour le type integer : « secret »', ' "…"'],
    ['22P02', 'invalid input syntax for type integer: "a"secret"b\nsecret"', ' "…"'],
    ['22003', 'value "secret" is out of range for type integer', 'value "…" is out of range'],
    ['22021', 'invalid byte sequence for encoding "UTF8": 0xe9 0x20 0x73', ': 0x…'],
    ['22P04', 'missing data for column "name"', 'column "name"'],
    ['22001', 'value too long for type character varying(3)', 'character varying(3)'],
    [
      '23502',
      'null value in column "a" of relation "t" violates not-null constraint',
      'column "a"',
    ],
  ])('%s %s', (code, message, kept) => {
    expect(said(code, message)).toContain(kept);
    expect(said(code, message)).not.toContain('secret');
    expect(said(code, message)).not.toContain('0x73');
  });

  it.each([
    ['23505', 'Key (id, "e)=(x")=(secret, 1) already exists.', 'Key (id, "e)=(…)'],
    ['23503', 'Key (lower(a))=(secret) is not present in table "t".', 'Key (lower(a))=(…)'],
    ['23502', 'Failing row contains (1, secret).', 'said the server'],
    ['22P02', 'Token "secret" is invalid.', 'said the server'],
    ['22003', 'A field with precision 3, scale 0 must round to less than 10^3.', 'precision 3'],
    ['2BP01', 'view v depends on column a', 'view v depends'],
  ])('%s with the detail %s', (code, detail, kept) => {
    expect(said(code, 'said the server', { detail })).toContain(kept);
    expect(said(code, 'said the server', { detail })).not.toContain('secret');
  });

  it('a hint is passed on, but where a row was being read', () => {
    const hintOf = (code: string, fields: object) =>
      serverHint(server(code, { hint: '"POINT(secret" <--', ...fields }) as unknown as ServerError);
    expect(hintOf('XX000', { where: 'COPY t, line 1, column g: "POINT(secret"' })).toBeUndefined();
    expect(hintOf('22023', {})).toBeUndefined();
    expect(hintOf('42883', {})).toBeDefined();
  });
});
