import { describe, expect, it } from 'vitest';

import { Database } from '../../src/connect/database.ts';

/** As the driver gives it: of the server where the code is a SQLSTATE. */
const withCode = (code: string, message = 'says so') => {
  const ofServer = /^[0-9A-Z]{5}$/.test(code) ? { severity: 'ERROR' } : {};
  return Object.assign(new Error(message), { code, ...ofServer });
};

const database = new Database({ connection: { host: 'h', port: 1, database: 'd' } });

describe('a fault of PostgreSQL, as the status store calls it,', () => {
  it.each([
    [withCode('28P01'), 'STATUS.UNREACHABLE', 'refused the login'],
    [withCode('28000'), 'STATUS.UNREACHABLE', 'refused the login'],
    [withCode('3D000'), 'STATUS.UNREACHABLE', 'does not exist'],
    [withCode('53300'), 'STATUS.UNREACHABLE', 'connections'],
    [withCode('53100'), 'STATUS.UNREACHABLE', 'disk'],
    [withCode('25006'), 'STATUS.UNREACHABLE', 'takes no writes'],
    [withCode('57P01'), 'STATUS.UNREACHABLE', 'cannot be reached'],
    [withCode('ECONNREFUSED'), 'STATUS.UNREACHABLE', 'cannot be reached'],
    [new AggregateError([withCode('ECONNREFUSED')]), 'STATUS.UNREACHABLE', 'cannot be reached'],
    [withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), 'STATUS.UNREACHABLE', 'says so'],
    [withCode('ERR_TLS_CERT_ALTNAME_INVALID'), 'STATUS.UNREACHABLE', 'TLS'],
    [withCode('57P03'), 'STATUS.UNREACHABLE', 'yet'],
    [withCode('08P01'), 'STATUS.POOLER', 'pooler'],
    [withCode('42501'), 'STATUS.SCHEMA', 'lacks a privilege'],
    [withCode('42P01'), 'STATUS.SCHEMA', 'is not there'],
  ])('%s is %s', (error, code, says) => {
    expect(database.nameError(error)).toMatchObject({
      code,
      message: expect.stringContaining(says) as string,
      cause: error,
    });
  });

  it('leaves a bug as it is, with its stack', () => {
    const bug = new TypeError('x is not a function');
    expect(database.nameError(bug)).toBe(bug);
    const syntax = withCode('42601');
    expect(database.nameError(syntax)).toBe(syntax);
  });
});

it('a login that is refused is not tried again, a server that restarts is', () => {
  const codes = ['57P03', '40P01', '57P01', 'ECONNRESET'];
  expect(codes.map((code) => database.passes(withCode(code)))).not.toContain('no');
  const never = ['28P01', '3D000', '42501', '22P02', '23505', '57014', '55P03'];
  expect(never.map((code) => database.passes(withCode(code)))).toEqual(never.map(() => 'no'));
});
