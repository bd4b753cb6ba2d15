import { SnowmeltError } from '@snowmelt/core';

import type { Settings } from '../options.ts';
import type { ConnectionOptions } from './driver.ts';
import { readPrivateKey } from './private-key.ts';

/**
 * The driver's options of the way in that the settings name, or else of the credential they hold:
 * key, then token, then password. Throws `CONFIG.KEY_FORMAT` or `CONFIG.INVALID`.
 */
export function credentials(settings: Settings): ConnectionOptions {
  const { authenticator, password, privateKey, privateKeyPassphrase, token } = settings;
  const way = authenticator ?? impliedAuthenticator(settings);
  return {
    authenticator: way,
    ...(password === undefined ? {} : { password }),
    ...(token === undefined ? {} : { token }),
    ...(privateKey === undefined || way.toUpperCase() !== 'SNOWFLAKE_JWT'
      ? {}
      : { privateKey: readPrivateKey(privateKey, privateKeyPassphrase) }),
    ...oauth(settings),
    ...workloadIdentity(settings),
  };
}

function oauth({ oauth: given, openBrowser }: Settings): ConnectionOptions {
  return defined({
    oauthClientId: given?.clientId,
    oauthClientSecret: given?.clientSecret,
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
