export type { PostgresConnection, PostgresSsl, SslMode } from './connection.ts';
export { resolveConnection } from './resolve-connection.ts';
export { defaultSslMode, tlsOptions } from './tls.ts';
