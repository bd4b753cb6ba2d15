import { reveal, SnowmeltError, tellWait, type WorkContext } from '@snowmelt/core';
import { z } from 'zod';

import { driverError } from '../errors/driver-error.ts';
import { translateError } from '../errors/translate-error.ts';
import { checkReachable, endpoint } from './check-reachable.ts';
import { credentials, needsBrowser, needsProvider } from './credentials.ts';
import { type Connection, type ConnectionOptions, loadDriver } from './driver.ts';
import { execute } from './execute.ts';
import type { Settings } from './options.ts';
import type { Proxy } from './proxy.ts';

/** What the driver grants a person in the browser (snowflake-sdk 3.3, connection_config). */
const browserTime = 120_000;
const logoutTime = 2000;

/**
 * A new session, ready for statements. Throws `SOURCE.UNREACHABLE` within `connectTimeout`,
 * `SOURCE.AUTH_FAILED`, `CONFIG.*`.
 */
export async function login(settings: Settings, { signal }: WorkContext): Promise<Connection> {
  signal.throwIfAborted();
  const options = connectionOptions(settings);
  const { queryTag } = settings;
  const { host: where } = new URL(endpoint(settings));
  using _told = tellWait(settings.onWait, { for: 'Snowflake: a login', where });
  await checkReachable(settings, signal);
  const driver = await loadDriver(settings);
  const connection = await openConnection(() => driver.createConnection(options), settings, signal);
  try {
    const accessUrl = endpoint(settings);
    await execute({ connection, queryTag, accessUrl, network: settings }, alterSession(), signal);
  } catch (error) {
    await logout(connection);
    throw error;
  }
  return connection;
}

/**
 * Ends the session at the server. Never throws, and waits two seconds at most: a session that is
 * gone, or a server that is, is no reason to stay.
 */
export async function logout(connection: Connection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, logoutTime);
  connection.destroy(() => resolve());
  await promise;
  clearTimeout(timer);
}

/**
 * Leaves the session to the server, which ends it in its time: what runs in it asynchronously goes on,
 * whereas a logout would abort it (snowflake-connector-python, `connection.close`, deletes no session
 * that has asynchronous queries under way). Its heartbeat must not keep this process alive: `keepalive`
 * is the driver's timer (snowflake-sdk 3.3, connection/connection), which only a logout stops.
 */
export function abandon(connection: Connection): void {
  const timer: unknown = Reflect.get(connection, 'keepalive');
  clearInterval(timer as NodeJS.Timeout | undefined);
}

function connectionOptions(settings: Settings): ConnectionOptions {
  const { account, user, warehouse, role } = settings;
  return {
    account,
    ...(user === undefined || user === '' ? {} : { username: user }),
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(role === undefined ? {} : { role }),
    accessUrl: endpoint(settings),
    ...credentials(settings),
    ...proxyOptions(settings.proxy),
    application: 'Snowmelt',
    clientSessionKeepAlive: true,
    // Of one request, which the driver then repeats; `watchStatement` ends that.
    timeout: settings.idleTimeout,
    // More tries belong to whoever runs us; the driver's seven take minutes.
    sfRetryMaxLoginRetries: 2,
    disableQueryContextCache: true,
  };
}

function openConnection(
  create: () => Connection,
  settings: Settings,
  signal: AbortSignal,
): Promise<Connection> {
  const limit = settings.connectTimeout + (needsBrowser(settings) ? browserTime : 0);
  return new Promise((resolve, reject) => {
    let connection: Connection | undefined;
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      end();
    };
    const stop = (): void => settle(() => reject(signal.reason as Error));
    const timer = setTimeout(() => settle(() => reject(silent(settings, limit))), limit);
    signal.addEventListener('abort', stop, { once: true });
    try {
      connection = create();
      connection.connect((error, connected) => {
        settle(() => {
          if (error === undefined || error === null) resolve(connected);
          else reject(loginError(error, settings));
        });
      });
    } catch (error) {
      settle(() => reject(loginError(error, settings)));
    }
  });
}

function proxyOptions(proxy: Proxy | undefined): ConnectionOptions {
  if (proxy === undefined) return {};
  const url = new URL(reveal(proxy.url));
  // With its colon: the driver's agent for plain http takes it so only.
  const { username, password, protocol } = url;
  return {
    proxyHost: url.hostname,
    proxyPort: Number(url.port) || (protocol === 'https:' ? 443 : 80),
    proxyProtocol: protocol,
    ...(username === ''
      ? {}
      : { proxyUser: decodeURIComponent(username), proxyPassword: decodeURIComponent(password) }),
    ...(proxy.bypass.length === 0 ? {} : { noProxy: proxy.bypass.join('|') }),
  };
}

function silent(settings: Settings, limit: number): SnowmeltError {
  const { host } = new URL(endpoint(settings));
  const message = `${host} did not answer the login in ${String(limit / 1000)} s.`;
  return new SnowmeltError('SOURCE.UNREACHABLE', message);
}

/** What RFC 6749, section 5.2 has an identity provider say; oauth4webapi keeps it as the cause. */
const said = z.object({ error: z.string(), error_description: z.string().optional() });
const longest = 300;

/**
 * Why a login failed. Where an identity provider or a cloud is asked first, the driver passes on
 * plain errors of many libraries: what they say is told, without any secret that was sent (P7).
 */
function loginError(error: unknown, settings: Settings): unknown {
  const known = translateError(error, 'login');
  // The driver's own codes and the server's are numbers; those of HTTP libraries are words.
  const asked = /^\d/u.test(driverError(error)?.code ?? '');
  if (asked || !needsProvider(settings) || !(error instanceof Error)) return known;
  const { data } = said.safeParse(error.cause);
  const reason = data === undefined ? '' : ` (${data.error} ${data.error_description ?? ''})`;
  const [line = ''] = `${error.message}${reason}`.split('\n');
  const message = `No token for the login: ${withoutSecrets(line, settings).slice(0, longest)}`;
  return new SnowmeltError('SOURCE.AUTH_FAILED', message, {
    fix:
      settings.workloadIdentity === undefined
        ? 'Check snowflake.oauth_client_id, .oauth_client_secret, .oauth_token_request_url and .oauth_scope.'
        : 'Check snowflake.workload_identity_provider, that this machine has an identity of that cloud, and that the user of Snowflake has it as WORKLOAD_IDENTITY.',
  });
}

function withoutSecrets(text: string, settings: Settings): string {
  const { password, token, oauth } = settings;
  return [password, token, oauth?.clientSecret]
    .map((secret) => secret?.reveal() ?? '')
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/**
 * What a session must have for the rendered text to be right, whatever the account, user or role
 * sets by default. Set in one statement after the login. Source of each:
 * docs.snowflake.com/en/sql-reference/parameters.
 */
const parameters: Readonly<Record<string, string>> = {
  // An instant renders as UTC, and the date of an instant is its UTC date.
  TIMEZONE: `'UTC'`,
  // Literals in our statements are ISO 8601; another format would misread or refuse them.
  DATE_INPUT_FORMAT: `'AUTO'`,
  TIME_INPUT_FORMAT: `'AUTO'`,
  TIMESTAMP_INPUT_FORMAT: `'AUTO'`,
  // JSON text on one line, with the words that `supportedJson` mends. What TRUE would make of NaN
  // in TO_JSON is not said.
  STRICT_JSON_OUTPUT: 'FALSE',
  JSON_INDENT: '0',
  // Within VARIANT a time becomes text by these, of which the defaults cut digits off
  // (mlorek/frostlake, SessionOutputFormatTest). Our own statements name their formats.
  DATE_OUTPUT_FORMAT: `'YYYY-MM-DD'`,
  TIME_OUTPUT_FORMAT: `'HH24:MI:SS.FF9'`,
  TIMESTAMP_NTZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF9'`,
  TIMESTAMP_LTZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM'`,
  TIMESTAMP_TZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM'`,
  BINARY_OUTPUT_FORMAT: `'HEX'`,
  // Names are quoted as stored; TRUE would fold them all the same.
  QUOTED_IDENTIFIERS_IGNORE_CASE: 'FALSE',
  // A limit set for people's queries would end ours early, and without a word.
  ROWS_PER_RESULTSET: '0',
  // An asynchronous statement goes on when whoever began it is gone; with TRUE for five minutes only
  // (docs.snowflake.com/en/developer-guide/jdbc/jdbc-using, "Performing an asynchronous query").
  ABORT_DETACHED_QUERY: 'FALSE',
  // No statement of ours may wait in an open transaction.
  AUTOCOMMIT: 'TRUE',
  // Megabytes of a result chunk, of which the driver keeps some in memory. 16 is the least.
  CLIENT_RESULT_CHUNK_SIZE: '16',
};

/*
 * Left as they are: STATEMENT_TIMEOUT_IN_SECONDS and STATEMENT_QUEUED_TIMEOUT_IN_SECONDS belong to
 * the account's owner. USE_CACHED_RESULT: a cached result is given only where the data are
 * unchanged, and then a chunk that is read again costs no warehouse time.
 */

/** ALTER SESSION that sets them. QUERY_TAG goes with each statement, see `execute`. */
function alterSession(): string {
  const settings = Object.entries(parameters).map(([name, value]) => `${name} = ${value}`);
  return `ALTER SESSION SET ${settings.join(' ')}`;
}
