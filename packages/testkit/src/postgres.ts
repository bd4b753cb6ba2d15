export { psqlStatements } from './postgres/psql-statements.ts';
export type {
  PostgresOptions,
  PostgresOrigin,
  PostgresVersion,
  ServerAddress,
  TestPostgres,
} from './postgres/server/test-postgres.ts';
export { postgresUrlVariable, startPostgres } from './postgres/start-postgres.ts';
export { startPooler, type PoolMode } from './postgres/wire/pooler.ts';
export { startStatementCutter, type Cut } from './postgres/wire/statement-cutter.ts';
