import { connect } from 'node:net';

import { SnowmeltError } from '@snowmelt/core';

import type { Settings } from '../options.ts';

const proxyVariables = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/**
 * Whether the host answers at all. The driver repeats a login for minutes before it says that a
 * host is unknown or silent; this says so at once, and says which. Left out where a proxy is set,
 * since then the host need not be reachable from here. Throws `SOURCE.UNREACHABLE`.
 */
export async function checkReachable(settings: Settings, signal: AbortSignal): Promise<void> {
  if (proxyVariables.some((name) => process.env[name])) return;
  const url = new URL(endpoint(settings));
  const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  const reason = await tryConnect({ host, port }, settings.connectTimeout, signal);
  signal.throwIfAborted();
  if (reason === undefined) return;
  throw new SnowmeltError('SOURCE.UNREACHABLE', `${host}:${String(port)}: ${reason}.`);
}

/** As the driver makes it of account and access URL (snowflake-sdk 3.3, connection_config). */
export function endpoint({ account, accessUrl }: Settings): string {
  if (accessUrl !== undefined) return accessUrl;
  const domain = account.includes('.cn-') ? 'snowflakecomputing.cn' : 'snowflakecomputing.com';
  return `https://${account}.${domain}`;
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
