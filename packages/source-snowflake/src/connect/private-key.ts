import { createPrivateKey, type KeyObject } from 'node:crypto';

import { SnowmeltError } from '@snowmelt/core';

const convert = 'openssl pkcs8 -topk8 -nocrypt -in rsa_key.pem -out rsa_key.p8';

/**
 * The key as an unencrypted PKCS#8 PEM, which is what the driver needs. Throws
 * `CONFIG.KEY_FORMAT`; no message holds any part of the key or passphrase (P7).
 */
export function readPrivateKey(text: string, passphrase?: string): string {
  const pem = text
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll('\r', '')
    .trim();
  const label = /-----BEGIN ([A-Z ]+)-----/u.exec(pem)?.[1];
  if (label === undefined) throw keyFormat('it is not a PEM text ("-----BEGIN PRIVATE KEY-----")');
  if (label === 'RSA PRIVATE KEY') throw keyFormat('it is PKCS#1, which Snowflake does not take');
  if (label === 'ENCRYPTED PRIVATE KEY' && passphrase === undefined) {
    throw keyFormat('it is encrypted and rsa_key_passphrase is not set');
  }
  const key = parse(pem, label, passphrase);
  if (key.asymmetricKeyType !== 'rsa') {
    throw keyFormat(`it is of type ${String(key.asymmetricKeyType)}, not RSA`);
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function parse(pem: string, label: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({
      key: pem,
      format: 'pem',
      ...(label === 'ENCRYPTED PRIVATE KEY' && passphrase !== undefined ? { passphrase } : {}),
    });
  } catch {
    // OpenSSL's own words name the place in its source, not the fault.
    const reason =
      label === 'ENCRYPTED PRIVATE KEY'
        ? 'it does not open with rsa_key_passphrase'
        : `its ${label} block cannot be read`;
    throw keyFormat(reason);
  }
}

function keyFormat(reason: string): SnowmeltError {
  return new SnowmeltError(
    'CONFIG.KEY_FORMAT',
    `The private key cannot be used: ${reason}. A PKCS#8 key is made by: ${convert}`,
  );
}
