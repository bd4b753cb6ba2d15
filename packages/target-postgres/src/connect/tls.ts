import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import { SnowmeltError } from '@snowmelt/core';

import type { PostgresSsl, SslMode } from './connection-options.ts';

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** The message of the start-up protocol that asks a server whether it speaks TLS. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

export function defaultSslMode(host: string): SslMode {
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host) || isSocket(host);
  return loopback ? 'prefer' : 'verify-full';
}

/**
 * What libpq's modes mean for Node's TLS
 * (https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION). As there,
 * `require` with an authority at hand verifies the chain. `allow` and `prefer` use TLS where the
 * server offers it: TLS is never the worse of the two.
 */
export async function tlsOptions(
  ssl: PostgresSsl,
  server: Server,
  timeoutMs: number,
): Promise<ConnectionOptions | false> {
  const mode = ssl.mode ?? defaultSslMode(server.host);
  if (mode === 'disable' || isSocket(server.host)) return false;
  if (mode === 'allow' || mode === 'prefer') {
    if (!(await offersTls(server, timeoutMs))) return false;
  }
  const material = await readMaterial(ssl);
  return { ...material, ...verification(mode, material.ca !== undefined) };
}

function verification(mode: SslMode, hasAuthority: boolean): ConnectionOptions {
  if (mode === 'verify-full') return { rejectUnauthorized: true };
  const chain = mode === 'verify-ca' || (mode === 'require' && hasAuthority);
  // Without the check of the name a certificate of the authority for any host passes.
  return { rejectUnauthorized: chain, checkServerIdentity: () => undefined };
}

async function readMaterial(
  ssl: PostgresSsl,
): Promise<{ ca?: string; cert?: string; key?: string }> {
  return {
    ...(ssl.ca === undefined ? {} : { ca: await readPem('ca', ssl.ca) }),
    ...(ssl.cert === undefined ? {} : { cert: await readPem('cert', ssl.cert) }),
    ...(ssl.key === undefined ? {} : { key: await readPem('key', ssl.key) }),
  };
}

async function readPem(name: string, pemOrPath: string): Promise<string> {
  if (pemOrPath.includes('-----BEGIN')) return pemOrPath;
  try {
    return await readFile(pemOrPath, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'error';
    throw new SnowmeltError('TARGET.TLS', `postgres.ssl.${name} cannot be read (${why})`, {
      fix: `Give postgres.ssl.${name} as a PEM or as the path of a PEM file.`,
    });
  }
}

function offersTls({ host, port }: Server, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs }, () => socket.write(sslRequest));
    socket.once('data', (answer) => {
      resolve(answer[0] === 'S'.charCodeAt(0));
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('timeout expired')));
    socket.once('error', reject);
    // A server that hangs up instead of answering gets to say why on a plain connection.
    socket.once('close', () => resolve(false));
  });
}

function isSocket(host: string): boolean {
  return host.startsWith('/');
}
