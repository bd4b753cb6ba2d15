import { expect, it, test } from 'vitest';

import { defaultSslMode, tlsOptions } from '../src/tls.ts';

const server = { host: 'db.example.com', port: 5432 };
const pem = '-----BEGIN CERTIFICATE-----';

test('P7: certificates of other hosts are verified unless the configuration says otherwise', () => {
  for (const far of ['db.example.com', '10.0.0.1', 'localhost.example.com', '::2']) {
    expect(defaultSslMode(far)).toBe('verify-full');
  }
  for (const here of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '/run/postgresql']) {
    expect(defaultSslMode(here)).toBe('prefer');
  }
  expect(defaultSslMode('127.0.0.1.example.com')).toBe('verify-full');
});

it.each([
  [{ mode: 'disable' }, false],
  [{ mode: 'verify-full' }, { rejectUnauthorized: true }],
  [{}, { rejectUnauthorized: true }],
  [
    { mode: 'verify-ca', ca: pem },
    { rejectUnauthorized: true, ca: pem },
  ],
  [
    { mode: 'require', ca: pem },
    { rejectUnauthorized: true, ca: pem },
  ],
  [{ mode: 'require' }, { rejectUnauthorized: false }],
] as const)('%j', async (ssl, expected) => {
  const options = await tlsOptions(ssl, server, 1000);
  if (expected === false) expect(options).toBe(false);
  else expect(options).toMatchObject(expected);
});

test('verify-full leaves the check of the name to Node', async () => {
  expect(await tlsOptions({ mode: 'verify-full' }, server, 1000)).not.toHaveProperty(
    'checkServerIdentity',
  );
});

test('P7: a key that cannot be read is not shown', async () => {
  await expect(tlsOptions({ mode: 'verify-full', key: 'secret key' }, server, 1)).rejects.toThrow(
    /^postgres\.ssl\.key cannot be read \(ENOENT\)$/,
  );
});
