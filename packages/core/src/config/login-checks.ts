import type { PostgresView, SnowflakeView } from './lenient-view.ts';
import type { Problem } from './problems.ts';

/** What each `authenticator` logs in with. */
const credentialOf: Readonly<Record<string, keyof SnowflakeView | undefined>> = {
  snowflake: 'password',
  username_password_mfa: 'password',
  snowflake_jwt: 'rsa_key',
  programmatic_access_token: 'token',
  oauth: 'token',
  externalbrowser: undefined,
};

/** Exactly one way to log in to Snowflake. */
export function checkSnowflake(snowflake: SnowflakeView): readonly Problem[] {
  const given = (['rsa_key', 'password', 'token'] as const).filter(
    (key) => snowflake[key] !== undefined,
  );
  return [
    ...checkCredential(snowflake, given),
    ...(snowflake.user === undefined && snowflake.authenticator !== 'oauth'
      ? [{ path: ['snowflake', 'user'], problem: 'is missing' }]
      : []),
    ...(snowflake.rsa_key_passphrase !== undefined && snowflake.rsa_key === undefined
      ? [{ path: ['snowflake', 'rsa_key_passphrase'], problem: 'needs rsa_key beside it' }]
      : []),
  ];
}

function checkCredential(snowflake: SnowflakeView, given: readonly string[]): readonly Problem[] {
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
  // An https URL is Okta's, which takes a password.
  const needed = authenticator in credentialOf ? credentialOf[authenticator] : 'password';
  const [only] = given;
  if (only === needed) return [];
  const problem =
    needed === undefined
      ? `${authenticator} takes no ${only}`
      : `${authenticator} logs in with ${needed}, which is missing`;
  return [{ path: [...path, 'authenticator'], problem }];
}

/** `url`, or the single keys. */
export function checkPostgres(postgres: PostgresView): readonly Problem[] {
  const path = ['postgres'];
  if (postgres.url !== undefined) {
    return (['host', 'port', 'user', 'password', 'database'] as const)
      .filter((key) => postgres[key] !== undefined)
      .map((key) => ({ path: [...path, key], problem: 'stands in url already; give one of them' }));
  }
  const required = (['host', 'user'] as const).filter((key) => postgres[key] === undefined);
  const ssl = postgres.ssl;
  return [
    ...required.map((key) => ({ path: [...path, key], problem: 'is missing' })),
    ...(postgres.auth === 'rds_iam' && postgres.password !== undefined
      ? [{ path: [...path, 'password'], problem: 'auth: rds_iam takes no password' }]
      : []),
    ...(ssl !== undefined && (ssl.cert === undefined) !== (ssl.key === undefined)
      ? [{ path: [...path, 'ssl'], problem: 'cert and key go together' }]
      : []),
  ];
}
