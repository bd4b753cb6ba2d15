import { createPrivateKey, type KeyObject } from 'node:crypto';

import { SnowmeltError } from '@snowmelt/core';

import type { ConnectionOptions } from './driver.ts';
import type { Settings } from './options.ts';

/**
 * The driver's options of the way in that the settings name, or else of the credential they hold:
 * key, then token, then password. Throws `CONFIG.KEY_FORMAT` or `CONFIG.INVALID`.
 */
export function credentials(settings: Settings): ConnectionOptions {
  const { authenticator, password, privateKey, privateKeyPassphrase, token } = settings;
  const way = authenticator ?? impliedAuthenticator(settings);
  return {
    authenticator: way,
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(token === undefined ? {} : { token: token.reveal() }),
    ...(privateKey === undefined || way.toUpperCase() !== 'SNOWFLAKE_JWT'
      ? {}
      : { privateKey: readPrivateKey(privateKey.reveal(), privateKeyPassphrase?.reveal()) }),
    ...oauth(settings),
    ...workloadIdentity(settings),
  };
}

function oauth({ oauth: given, openBrowser }: Settings): ConnectionOptions {
  return defined({
    oauthClientId: given?.clientId,
    oauthClientSecret: given?.clientSecret?.reveal(),
    oauthTokenRequestUrl: given?.tokenRequestUrl,
    oauthAuthorizationUrl: given?.authorizationUrl,
    oauthRedirectUri: given?.redirectUri,
    oauthScope: given?.scope,
    // Plain http only reaches this machine: the configuration refuses any other.
    oauthHttpAllowed: given?.tokenRequestUrl?.startsWith('http:'),
    openExternalBrowserCallback: openBrowser,
  });
}

function workloadIdentity({ workloadIdentity: given }: Settings): ConnectionOptions {
  const path = given?.impersonationPath;
  return defined({
    workloadIdentityProvider: given?.provider,
    workloadIdentityImpersonationPath: path === undefined ? undefined : [...path],
    workloadIdentityAzureEntraIdResource: given?.entraResource,
    workloadIdentityAzureClientId: given?.azureClientId,
  });
}

function defined(options: {
  [Key in keyof ConnectionOptions]: ConnectionOptions[Key] | undefined;
}) {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ConnectionOptions;
}

function impliedAuthenticator({ privateKey, token, password }: Settings): string {
  if (privateKey !== undefined) return 'SNOWFLAKE_JWT';
  if (token !== undefined) return 'PROGRAMMATIC_ACCESS_TOKEN';
  if (password !== undefined) return 'SNOWFLAKE';
  throw new SnowmeltError('CONFIG.INVALID', 'No credential for Snowflake is given.', {
    fix: 'Set snowflake.rsa_key, .token, .password or .authenticator.',
  });
}

/** Whether a person takes part in the login, in a browser. */
export function needsBrowser({ authenticator }: Settings): boolean {
  return ['EXTERNALBROWSER', 'OAUTH_AUTHORIZATION_CODE'].includes(
    authenticator?.toUpperCase() ?? '',
  );
}

/** Whether somebody else than Snowflake is asked for a token first. */
export function needsProvider({ authenticator = '' }: Settings): boolean {
  return ['OAUTH_CLIENT_CREDENTIALS', 'OAUTH_AUTHORIZATION_CODE', 'WORKLOAD_IDENTITY'].includes(
    authenticator.toUpperCase(),
  );
}

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
