import { Flags } from '@oclif/core';

/** How to log in to Snowflake where no configuration says it yet. Secrets come by variables. */
export const snowflakeFlags = {
  account: Flags.string({ helpValue: 'ORG-ACCOUNT', summary: 'Account of Snowflake.' }),
  user: Flags.string({ helpValue: 'NAME', summary: 'User of Snowflake.' }),
  'private-key-file': Flags.string({
    helpValue: 'FILE',
    summary: 'Private key of the user, as PEM (PKCS#8).',
    exclusive: ['password-env', 'token-env', 'browser'],
  }),
  'password-env': Flags.string({
    helpValue: 'VARIABLE',
    summary: "Variable that holds the user's password.",
    exclusive: ['token-env', 'browser'],
  }),
  'token-env': Flags.string({
    helpValue: 'VARIABLE',
    summary: 'Variable that holds a programmatic access token.',
    exclusive: ['browser'],
  }),
  browser: Flags.boolean({ summary: 'Log in with the browser.' }),
  warehouse: Flags.string({ helpValue: 'NAME', summary: "Warehouse. Default: the user's." }),
  role: Flags.string({ helpValue: 'NAME', summary: "Role. Default: the user's." }),
  'access-url': Flags.string({
    helpValue: 'URL',
    summary: 'Another address of Snowflake, as with PrivateLink.',
  }),
};

export interface SnowflakeFlags {
  readonly account?: string | undefined;
  readonly user?: string | undefined;
  readonly 'private-key-file'?: string | undefined;
  readonly 'password-env'?: string | undefined;
  readonly 'token-env'?: string | undefined;
  readonly browser?: boolean | undefined;
  readonly warehouse?: string | undefined;
  readonly role?: string | undefined;
  readonly 'access-url'?: string | undefined;
}

/** The part `snowflake` of a configuration; a secret is the name of its variable. */
export function snowflakePart(flags: SnowflakeFlags): Readonly<Record<string, string>> {
  const { account, user, warehouse, role } = flags;
  const variable = (name: string | undefined) => (name === undefined ? name : `\${${name}}`);
  const part = {
    account,
    user,
    rsa_key: flags['private-key-file'],
    password: variable(flags['password-env']),
    token: variable(flags['token-env']),
    authenticator: flags.browser === true ? 'externalbrowser' : undefined,
    warehouse,
    role,
    access_url: flags['access-url'],
  };
  const given = Object.entries(part).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string>;
}

/** What is missing of a login, as flags. */
export function missingLogin(flags: SnowflakeFlags): readonly string[] {
  const ways = ['private-key-file', 'password-env', 'token-env'] as const;
  const way = flags.browser === true || ways.some((name) => flags[name] !== undefined);
  return [
    ...(flags.account === undefined ? ['--account'] : []),
    ...(flags.user === undefined ? ['--user'] : []),
    ...(way ? [] : ['--private-key-file (or --password-env, --token-env, --browser)']),
  ];
}
