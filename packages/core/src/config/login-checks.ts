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
