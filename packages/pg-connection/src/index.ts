export { isLockOf, runLock, runLockSql, tableLock } from './advisory-locks.ts';
export type { PostgresConnection, PostgresSsl, SslMode } from './connection.ts';
export { hangUp } from './endings.ts';
export type { FaultKind } from './faults/fault-row.ts';
export { quoteName } from './faults/grant-advice.ts';
export type { Outage } from './faults/outlast.ts';
export {
  fullMessage,
  isServerError,
  serverHint,
  serverMessage,
  sqlState,
  type ServerError,
} from './faults/server-error.ts';
export { isStatementTimeout } from './faults/server-faults.ts';
export { translateError, type FaultNames } from './faults/translate-error.ts';
export {
  applyMigrations,
  pendingMigrations,
  relationExists,
  schemaRights,
  type Migrations,
  type SchemaRights,
} from './migrations.ts';
export { refuseStranger } from './schema-owner.ts';
export { Server, type Work } from './server.ts';
export { sessionOn, type Session } from './session.ts';
export { streamOf, type Silence } from './silence/watch-silence.ts';
export { takeRolesPath, transactionSettings } from './session-settings.ts';
