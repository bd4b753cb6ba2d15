import { SnowmeltError } from '@snowmelt/core';
import { z } from 'zod';

import type { PostgresConnection } from './connection-options.ts';

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
  const named = readUrl(url);
  const ssl = { ...named.ssl, ...beside.ssl };
  return { ...named, ...beside, ssl };
}

/** Errors never show the URL: it may hold the password (P7). */
function readUrl(text: string): PostgresConnection {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw invalid('it does not read postgresql://user:password@host:port');
  }
  const parsed = parameters.safeParse(Object.fromEntries(url.searchParams));
  if (!parsed.success) throw invalid(parameterFault(parsed.error));
  const { host, ...ssl } = parsed.data;
  return {
    ...given('host', host ?? url.hostname.replace(/^\[(.*)\]$/, '$1')),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...given('user', decode(url.username)),
    ...given('password', decode(url.password)),
    ssl: {
      ...(ssl.sslmode === undefined ? {} : { mode: ssl.sslmode }),
      ...given('ca', ssl.sslrootcert),
      ...given('cert', ssl.sslcert),
      ...given('key', ssl.sslkey),
    },
  };
}

function given<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined || value === '' ? {} : { [key]: value }) as { [P in K]?: string };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('a % in its user or password is not followed by two hexadecimal digits');
  }
}

/** Names parameters, never their values. */
function parameterFault(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys')
    return `its parameters ${issue.keys.join(', ')} are unknown`;
  return `its parameter ${issue?.path.join('.') ?? ''} has a value that cannot be used`;
}

function invalid(why: string): SnowmeltError {
  return new SnowmeltError('CONFIG.INVALID', `postgres.url cannot be used: ${why}`);
}
