export type {
  PostgresStatusOptions,
  SslMode,
  StatusConnection,
  StatusSsl,
} from './connect/connection-options.ts';
export { createPostgresStatusStore } from './status-store.ts';
