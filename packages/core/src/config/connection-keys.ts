import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { SnowmeltError } from '../errors/snowmelt-error.ts';

type Values = Readonly<Record<string, unknown>>;

/** Keys that are called the same here and there. */
const same = [
  'account',
  'user',
  'warehouse',
  'role',
  'password',
  'token',
  'oauth_client_id',
  'oauth_client_secret',
  'oauth_token_request_url',
  'oauth_authorization_url',
  'oauth_redirect_uri',
  'oauth_scope',
  'workload_identity_provider',
  'workload_identity_impersonation_path',
  'workload_identity_entra_resource',
  'workload_identity_azure_client_id',
];

/** Of the section, those that belong to a login and go together. */
export const loginKeys = [
  'rsa_key',
  'rsa_key_passphrase',
  'authenticator',
  ...same.filter((key) => /^(?:password|token|oauth_|workload_)/u.test(key)),
];

/** Where a connection file has another word (the Python and Node.js drivers' option names). */
const renamed: Readonly<Record<string, string>> = {
  username: 'user',
  private_key_raw: 'rsa_key',
  private_key: 'rsa_key',
  private_key_file_pwd: 'rsa_key_passphrase',
  private_key_passphrase: 'rsa_key_passphrase',
  private_key_pass: 'rsa_key_passphrase',
};

/**
 * What a connection says, in the words of the `snowflake` section. What has no place there
 * (database, schema, options of other clients) is left out. `folder`: where its paths begin.
 */
export function fromConnection(connection: Values, folder: string): Values {
  const entries = Object.entries(connection).flatMap(([key, value]) => {
    if (same.includes(key)) return [[key, value] as const];
    const own = Object.hasOwn(renamed, key) ? renamed[key] : undefined;
    return own === undefined ? [] : [[own, value] as const];
  });
  return { ...Object.fromEntries(entries), ...composed(connection, folder) };
}

function composed(connection: Values, folder: string): Values {
  const word = (key: string): string | undefined => {
    const value = connection[key];
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const path = (written: string) => resolve(folder, written.replace(/^~(?=\/|$)/u, homedir()));
  const keyFile = word('private_key_file') ?? word('private_key_path');
  const tokenFile = word('token_file_path');
  const authenticator = word('authenticator');
  const host = word('host');
  const proxyHost = word('proxy_host');
  return {
    ...(keyFile === undefined ? {} : { rsa_key: path(keyFile) }),
    ...(tokenFile === undefined || connection['token'] !== undefined
      ? {}
      : { token: readToken(path(tokenFile)) }),
    ...(authenticator === undefined ? {} : { authenticator: authenticatorOf(authenticator) }),
    ...(host === undefined ? {} : { access_url: address(word('protocol'), host, word('port')) }),
    ...(proxyHost === undefined ? {} : { proxy: proxyUrl(word, proxyHost) }),
  };
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    const problem = `snowflake.connection: cannot read token_file_path ${path} (${reason})`;
    throw new SnowmeltError('CONFIG.INVALID', problem, { fix: 'Correct token_file_path.' });
  }
}

/** An Okta URL keeps its case. */
function authenticatorOf(written: string): string {
  return written.startsWith('https:') ? written : written.toLowerCase();
}

function address(protocol: string | undefined, host: string, port: string | undefined): string {
  return `${protocol ?? 'https'}://${host}${port === undefined ? '' : `:${port}`}`;
}

function proxyUrl(word: (key: string) => string | undefined, host: string): string {
  const [user, password] = [word('proxy_user'), word('proxy_password')];
  const login =
    user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
  return address(word('proxy_protocol') ?? 'http', `${login}${host}`, word('proxy_port'));
}
