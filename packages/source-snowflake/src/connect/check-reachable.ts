import { connect } from 'node:net';

import { SnowmeltError } from '@snowmelt/core';

import type { Settings } from './options.ts';
import { proxyFor } from './proxy.ts';

/**
 * Whether the host answers at all. The driver repeats a login for minutes before it says that a
 * host is unknown or silent; this says so at once, and says which. Left out where a proxy is set,
 * since then the host need not be reachable from here. Throws `SOURCE.UNREACHABLE`.
 */
export async function checkReachable(settings: Settings, signal: AbortSignal): Promise<void> {
  const url = new URL(endpoint(settings));
  if (proxyFor(url, settings.proxy) !== undefined) return;
  const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  const reason = await tryConnect({ host, port }, settings.connectTimeout, signal);
  signal.throwIfAborted();
  if (reason === undefined) return;
  throw new SnowmeltError('SOURCE.UNREACHABLE', `${host}:${String(port)}: ${reason}.`);
}

/**
 * The address that everything is asked of, without a slash at its end. Of an account as the driver
 * makes it (snowflake-sdk 3.3, connection_config), but that an underscore becomes a hyphen, as it is
 * in the certificates of the hosts (docs.snowflake.com/en/user-guide/admin-account-identifier; the
 * JDBC driver does so unless ALLOW_UNDERSCORES_IN_HOST is set).
 */
export function endpoint({ account, accessUrl }: Pick<Settings, 'account' | 'accessUrl'>): string {
  if (accessUrl !== undefined) return accessUrl.replace(/\/+$/u, '');
  const domain = account.includes('.cn-') ? 'snowflakecomputing.cn' : 'snowflakecomputing.com';
  return `https://${account.replaceAll('_', '-')}.${domain}`;
}

function tryConnect(
  address: { host: string; port: number },
  milliseconds: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, timeout: milliseconds });
    const finish = (reason?: string): void => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(reason);
    };
    const stop = (): void => finish('stopped');
    signal.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => finish());
    socket.once('timeout', () => finish(`no answer in ${String(milliseconds / 1000)} s`));
    // Stays: a socket may fail again after it has been given up.
    socket.on('error', (error: NodeJS.ErrnoException) => finish(describe(error)));
  });
}

function describe({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOTFOUND') return 'the host name is unknown';
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  return code ?? message;
}
