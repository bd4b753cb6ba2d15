import { reveal, Secret, SnowmeltError } from '@snowmelt/core';
import { z } from 'zod';

import type { PostgresConnection, PostgresSsl } from './connection.ts';

const parameters = z.strictObject({
  host: z.string().optional(),
  sslmode: z.enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']).optional(),
  sslrootcert: z.string().optional(),
  sslcert: z.string().optional(),
  sslkey: z.string().optional(),
});

/** Merges `url` into the fields beside it; what is said beside it wins. */
export function mergeConnectionUrl(connection: PostgresConnection): PostgresConnection {
  if (connection.url === undefined) return connection;
  const { url, ...beside } = connection;
  const named = readUrl(reveal(url));
  return { ...named, ...beside, ssl: { ...named.ssl, ...beside.ssl } };
}

/** Errors never show the URL: it may hold the password (P7). */
function readUrl(text: string): PostgresConnection {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw unusable('it does not read postgresql://user:password@host:port/database');
  }
  const parsed = parameters.safeParse(Object.fromEntries(url.searchParams));
  if (!parsed.success) throw unusable(parameterFault(parsed.error));
  const host = parsed.data.host ?? url.hostname.replace(/^\[(.*)\]$/, '$1');
  const user = decode(url.username);
  const password = decode(url.password);
  const database = decode(url.pathname.slice(1));
  return {
    ...(host === '' ? {} : { host }),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password: new Secret(password) }),
    ...(database === '' ? {} : { database }),
    ssl: readSsl(parsed.data),
  };
}

function readSsl(given: z.infer<typeof parameters>): PostgresSsl {
  return {
    ...(given.sslmode === undefined ? {} : { mode: given.sslmode }),
    ...(given.sslrootcert === undefined ? {} : { ca: given.sslrootcert }),
    ...(given.sslcert === undefined ? {} : { cert: given.sslcert }),
    ...(given.sslkey === undefined ? {} : { key: given.sslkey }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unusable('a % in it is not followed by two hexadecimal digits');
  }
}

/** Names parameters, never their values. */
function parameterFault(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys')
    return `it has unknown parameters ${issue.keys.join(', ')}`;
  return `its parameter ${issue?.path.join('.') ?? ''} has a value that cannot be used`;
}

function unusable(why: string): SnowmeltError {
  return new SnowmeltError('CONFIG.INVALID', `postgres.url cannot be used: ${why}`);
}
