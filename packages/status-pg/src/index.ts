export type { PostgresStatusOptions } from './connect/connection-options.ts';
export { createPostgresStatusStore } from './status-store.ts';
