import { describe, expect, it } from 'vitest';

import { isTransient, translateError } from '../../src/connect/translate-error.ts';

/** As the driver gives it: of the server where the code is a SQLSTATE. */
const withCode = (code: string, message = 'says so') => {
  const ofServer = /^[0-9A-Z]{5}$/.test(code) ? { severity: 'ERROR' } : {};
  return Object.assign(new Error(message), { code, ...ofServer });
};

describe('translateError', () => {
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
    expect(translateError(error, 'h:1, database d')).toMatchObject({
      code,
      message: expect.stringContaining(says) as string,
      cause: error,
    });
  });

  it('leaves a bug as it is, with its stack', () => {
    const bug = new TypeError('x is not a function');
    expect(translateError(bug, 'h')).toBe(bug);
    const syntax = withCode('42601');
    expect(translateError(syntax, 'h')).toBe(syntax);
  });
});

it('a login that is refused is not tried again, a server that restarts is', () => {
  expect(
    ['57P01', '57P03', '08006', '40P01', 'ECONNRESET'].map((c) => isTransient(withCode(c))),
  ).toEqual(Array(5).fill(true));
  expect(
    ['28P01', '3D000', '42501', '22P02', '23505'].map((c) => isTransient(withCode(c))),
  ).toEqual(Array(5).fill(false));
});
