import { SnowmeltError, type WorkContext } from '@snowmelt/core';

import { loginError } from '../errors/login-error.ts';
import type { Settings } from '../options.ts';
import { checkReachable, endpoint } from './check-reachable.ts';
import { credentials, needsBrowser } from './credentials.ts';
import { loadDriver, type Connection, type ConnectionOptions } from './driver.ts';
import { execute } from './execute.ts';
import type { Proxy } from './proxy.ts';
import { alterSession } from './session-parameters.ts';

/** What the driver grants a person in the browser (snowflake-sdk 3.3, connection_config). */
const browserTime = 120_000;
const logoutTime = 5000;

/**
 * A new session, ready for statements. Throws `SOURCE.UNREACHABLE` within `connectTimeout`,
 * `SOURCE.AUTH_FAILED`, `CONFIG.*`.
 */
export async function login(settings: Settings, { signal }: WorkContext): Promise<Connection> {
  signal.throwIfAborted();
  const options = connectionOptions(settings);
  const { queryTag } = settings;
  await checkReachable(settings, signal);
  const driver = await loadDriver(settings);
  const connection = await openConnection(() => driver.createConnection(options), settings, signal);
  try {
    await execute({ connection, queryTag, network: settings }, alterSession(), signal);
  } catch (error) {
    await logout(connection);
    throw error;
  }
  return connection;
}

/**
 * Ends the session at the server. Never throws, and waits five seconds at most: a session that is
 * gone, or a server that is, is no reason to stay.
 */
export async function logout(connection: Connection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, logoutTime);
  connection.destroy(() => resolve());
  await promise;
  clearTimeout(timer);
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
  const url = new URL(proxy.url);
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
