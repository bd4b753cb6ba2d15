export type {
  PostgresConnection,
  PostgresSsl,
  PostgresTargetOptions,
  PostgresTargetSettings,
  SslMode,
} from './connect/connection-options.ts';
export { createPostgresTarget } from './postgres-target.ts';
