import { isSecret } from '@snowmelt/core';
import { expect, it, test } from 'vitest';

import { resolveConnection } from '../src/resolve-connection.ts';

test('a URL is taken apart, and what stands beside it wins', () => {
  const url =
    'postgresql://us%40er:p%2Fw@db.example.com:6432/sta%20tus?sslmode=verify-ca&sslrootcert=/ca.pem';
  const { password, ...rest } = resolveConnection({ url, database: 'other', ssl: { cert: 'c' } });
  expect(isSecret(password) && password.reveal()).toBe('p/w');
  expect(rest).toEqual({
    host: 'db.example.com',
    port: 6432,
    user: 'us@er',
    database: 'other',
    ssl: { mode: 'verify-ca', ca: '/ca.pem', cert: 'c' },
  });
});

test('addresses and sockets', () => {
  expect(resolveConnection({ url: 'postgres://[::1]:5433' })).toMatchObject({
    host: '::1',
    port: 5433,
  });
  expect(resolveConnection({ url: 'postgres:///db?host=/run/postgresql' })).toMatchObject({
    host: '/run/postgresql',
    database: 'db',
  });
});

it.each([
  'mysql://user:hunter2@host/db',
  'host=a password=hunter2',
  'postgres://user:hunter2%@host/db',
  'postgres://user:hunter2@host/db?sslmode=hunter2',
  'postgres://user:hunter2@host/db?password=hunter2',
])('P7: refuses %s without showing its password', (url) => {
  let error: unknown;
  try {
    resolveConnection({ url });
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ code: 'CONFIG.INVALID' });
  expect(String(error)).not.toContain('hunter2');
});
