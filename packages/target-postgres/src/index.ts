export type {
  PostgresTargetOptions,
  PostgresTargetSettings,
} from './connect/connection-options.ts';
export { createPostgresTarget } from './postgres-target.ts';
