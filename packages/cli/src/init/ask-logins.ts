import { isSnowmeltError } from '@snowmelt/core';

import { formatFailure, viewFailure, wrapLines } from '../failure/show-failure.ts';
import { snowflakePart, type SnowflakeFlags } from './login-flags.ts';
import { passwordVariable, postgresPart } from './postgres-part.ts';
import type { Logins } from './first-config.ts';
import { terminalText } from '../terminal/terminal-text.ts';

const say = (lines: readonly string[]): void => {
  const wrapped = wrapLines(lines, process.stderr);
  process.stderr.write(wrapped.map((line) => `${terminalText(line)}\n`).join(''));
};

/** Tells why it does not work; nothing where it does. Ctrl-C is no such thing. */
async function failureOf(attempt: () => Promise<string>): Promise<boolean> {
  try {
    say([`✔ ${await attempt()}`]);
    return false;
  } catch (error) {
    if (!isSnowmeltError(error) || error.code === 'RUN.STOPPED') throw error;
    const failure = viewFailure(error, 'snowmelt');
    say(failure === undefined ? [] : [...formatFailure(failure), '']);
    return true;
  }
}

const filled = (value: string): string | true => value.trim() !== '' || 'It may not be empty.';

type Part = Pick<Logins, 'snowflake' | 'env'>;

/** Asks until the login works; what was typed before is offered again. */
export async function askSnowflake(
  flags: SnowflakeFlags,
  env: Logins['env'],
  ping: (part: Part) => Promise<string>,
): Promise<Part> {
  let known = flags;
  for (;;) {
    const { given, secrets } = await askSnowflakeOnce(known);
    const part = { snowflake: snowflakePart(given), env: { ...env, ...secrets } };
    if (!(await failureOf(() => ping(part)))) return part;
    known = given;
  }
}

const ways = [
  { value: 'key', name: 'a private key in a file' },
  { value: 'password', name: 'a password' },
  { value: 'token', name: 'a programmatic access token' },
  { value: 'browser', name: 'the browser' },
] as const;

async function askSnowflakeOnce(known: SnowflakeFlags) {
  const [{ default: input }, { default: select }] = await Promise.all([
    import('@inquirer/input'),
    import('@inquirer/select'),
  ]);
  const ask = async (message: string, value = '', needed = true): Promise<string> =>
    (
      await input({
        message,
        ...(value === '' ? {} : { default: value }),
        ...(needed ? { validate: filled } : {}),
      })
    ).trim();
  const account = await ask('Snowflake account (ORG-ACCOUNT):', known.account);
  const user = await ask('User:', known.user);
  const way = await select({ message: 'Log in with', choices: ways });
  const login = await askWay(way, known, ask);
  const warehouse = await ask("Warehouse (empty: the user's):", known.warehouse, false);
  const role = await ask("Role (empty: the user's):", known.role, false);
  const given: SnowflakeFlags = {
    account,
    user,
    ...login.flags,
    ...(warehouse === '' ? {} : { warehouse }),
    ...(role === '' ? {} : { role }),
    'access-url': known['access-url'],
  };
  return { given, secrets: login.secrets };
}

type Ask = (message: string, value?: string, needed?: boolean) => Promise<string>;

interface Login {
  readonly flags: SnowflakeFlags;
  /** Typed now, and in no file. */
  readonly secrets: Readonly<Record<string, string>>;
}

async function askWay(
  way: (typeof ways)[number]['value'],
  known: SnowflakeFlags,
  ask: Ask,
): Promise<Login> {
  if (way === 'browser') return { flags: { browser: true }, secrets: {} };
  if (way === 'key') {
    const file = await ask('Private key (PEM file):', known['private-key-file']);
    return { flags: { 'private-key-file': file }, secrets: {} };
  }
  const name = way === 'password' ? 'SNOWFLAKE_PASSWORD' : 'SNOWFLAKE_TOKEN';
  const flags = way === 'password' ? { 'password-env': name } : { 'token-env': name };
  return { flags, secrets: await askSecret(`Its value (the file says \${${name}}):`, name) };
}

async function askSecret(message: string, name: string): Promise<Record<string, string>> {
  const there = process.env[name] ?? '';
  const { default: password } = await import('@inquirer/password');
  const hint = there === '' ? '' : ' (empty: as the variable has it)';
  const typed = await password({ message: `${message}${hint}`, mask: true });
  return typed === '' ? {} : { [name]: typed };
}

type PostgresLogin = Pick<Logins, 'postgres' | 'targetDatabase' | 'env'>;

/** The same for PostgreSQL. */
export async function askPostgres(
  known: string | undefined,
  env: Logins['env'],
  ping: (login: PostgresLogin) => Promise<string>,
): Promise<PostgresLogin> {
  const { default: input } = await import('@inquirer/input');
  let { url, password } = withoutPassword(known ?? '');
  for (;;) {
    url = await input({
      transformer: hidePassword,
      message: 'PostgreSQL (postgresql://user@host:5432/database):',
      ...(url === '' ? {} : { default: url }),
      validate: (text) => isUrl(text) || 'It reads postgresql://user@host:port/database.',
    });
    const before = password === '' ? env : { ...env, [passwordVariable]: password };
    const first = postgresPart(url, before);
    const typed =
      first.part['password'] === undefined
        ? await askSecret('Password (empty: none):', passwordVariable)
        : {};
    const secrets = { ...before, ...first.env, ...typed };
    const { part, database } = postgresPart(url, secrets);
    const login = { postgres: part, targetDatabase: database, env: secrets };
    if (!(await failureOf(() => ping(login)))) return login;
    ({ url, password } = withoutPassword(url));
  }
}

/** What is offered again, or stays on the screen, shows none (P7). */
function withoutPassword(given: string): { url: string; password: string } {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined) return { url: given, password: '' };
  const password = decodeURIComponent(url.password);
  url.password = '';
  return { url: url.href, password };
}

function hidePassword(url: string): string {
  return url.replace(/(:\/\/[^:@/]*:)[^/]*@/u, '$1****@');
}

function isUrl(text: string): boolean {
  try {
    return postgresPart(text, {}).database !== '';
  } catch {
    return false;
  }
}
