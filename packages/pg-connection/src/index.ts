export type { PostgresConnection, PostgresSsl, SslMode } from './connection.ts';
export { mergeConnectionUrl } from './connection-url.ts';
export { defaultSslMode, tlsOptions } from './tls.ts';
