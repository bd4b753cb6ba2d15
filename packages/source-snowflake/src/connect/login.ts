import { SnowmeltError, type WorkContext } from '@snowmelt/core';

import { translateError } from '../errors/translate-error.ts';
import type { Settings } from '../options.ts';
import { checkReachable, endpoint } from './check-reachable.ts';
import { credentials, needsBrowser } from './credentials.ts';
import { loadDriver, type Connection, type ConnectionOptions } from './driver.ts';
import { execute } from './execute.ts';
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
  const { account, user, warehouse, role, accessUrl } = settings;
  return {
    account,
    username: user,
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(role === undefined ? {} : { role }),
    ...(accessUrl === undefined ? {} : { accessUrl }),
    ...credentials(settings),
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
          else reject(translateError(error, 'login'));
        });
      });
    } catch (error) {
      settle(() => reject(translateError(error, 'login')));
    }
  });
}

function silent(settings: Settings, limit: number): SnowmeltError {
  const { host } = new URL(endpoint(settings));
  const message = `${host} did not answer the login in ${String(limit / 1000)} s.`;
  return new SnowmeltError('SOURCE.UNREACHABLE', message);
}
