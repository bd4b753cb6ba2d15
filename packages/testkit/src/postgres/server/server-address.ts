import type { ServerAddress } from './test-postgres.ts';

/** Reads a `postgresql://` URL; the port defaults to 5432. */
export function parseAddress(url: string): ServerAddress {
  const parsed = new URL(url);
  return {
    url,
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
  };
}

export function formatAddress(parts: Omit<ServerAddress, 'url'>): ServerAddress {
  const url = new URL('postgresql://localhost/postgres');
  url.hostname = parts.host;
  url.port = String(parts.port);
  url.username = encodeURIComponent(parts.user);
  url.password = encodeURIComponent(parts.password);
  return { ...parts, url: url.href };
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}
