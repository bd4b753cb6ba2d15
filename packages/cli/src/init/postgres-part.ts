import { SnowmeltError } from '@snowmelt/core';

export interface PostgresPart {
  /** What the file says: never a password. */
  readonly part: Readonly<Record<string, unknown>>;
  readonly database: string;
  /** Of the password that the URL held; the file names the variable. */
  readonly env: Readonly<Record<string, string>>;
}

export const passwordVariable = 'PGPASSWORD';

/** The part `postgres` of a configuration from a URL as psql takes it. */
export function postgresPart(
  given: string,
  env: Readonly<Record<string, string | undefined>>,
): PostgresPart {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const database = url === undefined ? '' : decodeURIComponent(url.pathname.slice(1));
  // Said without the text, which may hold the password (P7).
  if (url === undefined || !/^postgres(?:ql)?:$/u.test(url.protocol) || database === '') {
    throw new SnowmeltError('CLI.USAGE', 'that is no URL of a PostgreSQL database', {
      fix: 'It reads postgresql://user@host:port/database; the password comes by PGPASSWORD.',
    });
  }
  const password = decodeURIComponent(url.password);
  const known = password !== '' || (env[passwordVariable] ?? '') !== '';
  const { hostname, port, username, searchParams } = url;
  const host = searchParams.get('host') ?? hostname.replace(/^\[(.*)\]$/u, '$1');
  const ssl = sslOf(searchParams);
  return {
    part: {
      host: host === '' ? 'localhost' : host,
      ...(port === '' ? {} : { port: Number(port) }),
      ...(username === '' ? {} : { user: decodeURIComponent(username) }),
      ...(known ? { password: `\${${passwordVariable}}` } : {}),
      ...(Object.keys(ssl).length === 0 ? {} : { ssl }),
    },
    database,
    env: password === '' ? {} : { [passwordVariable]: password },
  };
}

const sslWords = { sslmode: 'mode', sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const;

function sslOf(parameters: URLSearchParams): Readonly<Record<string, string>> {
  const given = [...parameters].filter(([name]) => name !== 'host');
  const unknown = given.find(([name]) => !Object.hasOwn(sslWords, name));
  if (unknown !== undefined) {
    throw new SnowmeltError('CLI.USAGE', `the URL has ${unknown[0]}, which is not known`, {
      fix: `Known are host, ${Object.keys(sslWords).join(', ')}.`,
    });
  }
  return Object.fromEntries(
    given.map(([name, value]) => [sslWords[name as keyof typeof sslWords], value]),
  );
}
