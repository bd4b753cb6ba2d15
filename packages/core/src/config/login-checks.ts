import type { PostgresView, SnowflakeView } from './lenient-view.ts';
import type { Problem } from './problems.ts';
import { checkAddress } from './snowflake-address.ts';

type LoginKey = keyof SnowflakeView;

/** What each `authenticator` logs in with; all of them have to be there, and no other login. */
const credentialsOf: Readonly<Record<string, readonly LoginKey[] | undefined>> = {
  snowflake: ['password'],
  username_password_mfa: ['password'],
  snowflake_jwt: ['rsa_key'],
  programmatic_access_token: ['token'],
  oauth: ['token'],
  oauth_client_credentials: ['oauth_client_id', 'oauth_client_secret', 'oauth_token_request_url'],
  oauth_authorization_code: [],
  workload_identity: ['workload_identity_provider'],
  externalbrowser: [],
};
/** Keys that say something of one way to log in only. */
const ownKeys: Readonly<Record<string, readonly LoginKey[] | undefined>> = {
  oauth_client_credentials: ['oauth_scope'],
  oauth_authorization_code: [
    'oauth_client_id',
    'oauth_client_secret',
    'oauth_token_request_url',
    'oauth_authorization_url',
    'oauth_redirect_uri',
    'oauth_scope',
  ],
  workload_identity: [
    'workload_identity_impersonation_path',
    'workload_identity_entra_resource',
    'workload_identity_azure_client_id',
  ],
};
const credentials = ['rsa_key', 'password', 'token'] as const;
const withoutUser = new Set(['oauth', 'oauth_client_credentials', 'workload_identity']);

/** Exactly one way to log in to Snowflake. */
export function checkSnowflake(snowflake: SnowflakeView): readonly Problem[] {
  const given = credentials.filter((key) => snowflake[key] !== undefined);
  const { authenticator = '' } = snowflake;
  return [
    ...checkAddress(snowflake),
    ...checkCredential(snowflake, given),
    ...(snowflake.user === undefined && !withoutUser.has(authenticator)
      ? [{ path: ['snowflake', 'user'], problem: 'is missing' }]
      : []),
    ...(snowflake.rsa_key_passphrase !== undefined && snowflake.rsa_key === undefined
      ? [{ path: ['snowflake', 'rsa_key_passphrase'], problem: 'needs rsa_key beside it' }]
      : []),
    ...strangeKeys(snowflake),
  ];
}

function checkCredential(snowflake: SnowflakeView, given: readonly LoginKey[]): readonly Problem[] {
  const path = ['snowflake'];
  const { authenticator } = snowflake;
  if (given.length > 1) {
    return [{ path, problem: `give one way to log in; there are ${given.join(' and ')}` }];
  }
  if (authenticator === undefined) {
    if (given.length === 1) return [];
    const problem = 'no way to log in: give rsa_key, password, token or authenticator';
    return [{ path, problem }];
  }
  const needed = neededBy(snowflake);
  const missing = needed.filter((key) => snowflake[key] === undefined);
  const strange = given.filter((key) => !needed.includes(key));
  const [problem] = [
    ...missing.map((key) => `${authenticator} logs in with ${key}, which is missing`),
    ...strange.map((key) => `${authenticator} takes no ${key}`),
  ];
  return problem === undefined ? [] : [{ path: [...path, 'authenticator'], problem }];
}

function neededBy(snowflake: SnowflakeView): readonly LoginKey[] {
  const { authenticator = '', workload_identity_provider: provider } = snowflake;
  // An https URL is Okta's, which takes a password.
  const needed = credentialsOf[authenticator] ?? ['password'];
  return provider === 'OIDC' ? [...needed, 'token'] : needed;
}

/** Keys of a way to log in that is not taken: they would be without effect. */
function strangeKeys(snowflake: SnowflakeView): readonly Problem[] {
  const { authenticator = '' } = snowflake;
  const own = new Set([...(credentialsOf[authenticator] ?? []), ...(ownKeys[authenticator] ?? [])]);
  const special = (Object.keys(snowflake) as LoginKey[]).filter((key) =>
    /^(?:oauth|workload_identity)_/u.test(key),
  );
  return special
    .filter((key) => snowflake[key] !== undefined && !own.has(key))
    .map((key) => ({
      path: ['snowflake', key],
      problem: `needs authenticator: ${key.startsWith('oauth') ? 'oauth_client_credentials or oauth_authorization_code' : 'workload_identity'}`,
    }));
}

/** `url`, or the single keys. */
export function checkPostgres(postgres: PostgresView): readonly Problem[] {
  const path = ['postgres'];
  const { ssl } = postgres;
  return [
    ...checkServer(postgres, path),
    ...checkIam(postgres, path),
    ...(ssl !== undefined && (ssl.cert === undefined) !== (ssl.key === undefined)
      ? [{ path: [...path, 'ssl'], problem: 'cert and key go together' }]
      : []),
  ];
}

function checkServer(postgres: PostgresView, path: readonly string[]): readonly Problem[] {
  if (postgres.url !== undefined) {
    return (['host', 'port', 'user', 'password', 'database'] as const)
      .filter((key) => postgres[key] !== undefined)
      .map((key) => ({ path: [...path, key], problem: 'stands in url already; give one of them' }));
  }
  const required = (['host', 'user'] as const).filter((key) => postgres[key] === undefined);
  return required.map((key) => ({ path: [...path, key], problem: 'is missing' }));
}

function checkIam(postgres: PostgresView, path: readonly string[]): readonly Problem[] {
  const { auth, password, aws_region: region, ssl } = postgres;
  if (auth !== 'rds_iam') {
    if (region === undefined) return [];
    return [{ path: [...path, 'aws_region'], problem: 'needs auth: rds_iam' }];
  }
  const mode = ssl?.mode;
  const plain = mode !== undefined && ['disable', 'allow', 'prefer'].includes(mode);
  const needsTls = `auth: rds_iam needs TLS, and ${mode} can do without`;
  return [
    ...(password === undefined
      ? []
      : [{ path: [...path, 'password'], problem: 'auth: rds_iam takes no password' }]),
    ...(plain ? [{ path: [...path, 'ssl', 'mode'], problem: needsTls }] : []),
  ];
}
