export type {
  PostgresTargetOptions,
  PostgresTargetSettings,
  SynchronousCommit,
} from './connect/connection-options.ts';
export { createPostgresTarget } from './postgres-target.ts';
export type { Outage, Silence } from '@snowmelt/pg-connection';
