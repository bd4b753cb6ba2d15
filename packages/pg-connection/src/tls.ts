import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import { reveal, SnowmeltError } from '@snowmelt/core';

import type { PostgresSsl, SslMode } from './connection.ts';

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** SSLRequest of the start-up protocol (PostgreSQL documentation, "Message Formats"). */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

export function defaultSslMode(host: string): SslMode {
  const here = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host) || isSocket(host);
  return here ? 'prefer' : 'verify-full';
}

/**
 * libpq's modes as options of Node's TLS (PostgreSQL documentation, "Protection Provided in
 * Different Modes"). As there, `require` with an authority at hand verifies the chain. `allow`
 * takes TLS where it is offered, as `prefer` does.
 */
export async function tlsOptions(
  ssl: PostgresSsl,
  server: Server,
  timeoutMs: number,
): Promise<ConnectionOptions | false> {
  const mode = ssl.mode ?? defaultSslMode(server.host);
  if (mode === 'disable' || isSocket(server.host)) return false;
  const optional = mode === 'allow' || mode === 'prefer';
  if (optional && !(await offersTls(server, timeoutMs))) return false;
  const [ca, cert, key] = await Promise.all([
    readPem('ca', ssl.ca),
    readPem('cert', ssl.cert),
    readPem('key', ssl.key === undefined ? undefined : reveal(ssl.key)),
  ]);
  const material = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  if (mode === 'verify-full') return { ...material, rejectUnauthorized: true };
  const chain = mode === 'verify-ca' || (mode === 'require' && ca !== undefined);
  return { ...material, rejectUnauthorized: chain, checkServerIdentity: () => undefined };
}

async function readPem(name: string, pemOrPath: string | undefined): Promise<string | undefined> {
  if (pemOrPath === undefined || pemOrPath.includes('-----BEGIN')) return pemOrPath;
  try {
    return await readFile(pemOrPath, 'utf8');
  } catch (error) {
    // The value itself stays out: a key with a damaged first line is still a key.
    const why = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new SnowmeltError('CONFIG.INVALID', `postgres.ssl.${name} cannot be read (${why})`, {
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
    // A server that hangs up instead of answering says why on a plain connection.
    socket.once('close', () => resolve(false));
  });
}

function isSocket(host: string): boolean {
  return host.startsWith('/');
}
