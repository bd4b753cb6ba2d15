export { isLockOf, runLock, runLockSql, tableLock } from './advisory-locks.ts';
export type { PostgresConnection, PostgresSsl, SslMode } from './connection.ts';
export { endPool, hangUp } from './endings.ts';
export { faultOf, type Fault } from './faults/fault.ts';
export type { FaultKind, FaultScene } from './faults/fault-row.ts';
export { quoteName } from './faults/grant-advice.ts';
export { outlast, passes, type Outage, type Passing } from './faults/outlast.ts';
export {
  fullMessage,
  isServerError,
  serverHint,
  serverMessage,
  sqlState,
  type ServerError,
} from './faults/server-error.ts';
export { isStatementTimeout } from './faults/server-faults.ts';
export {
  applyMigrations,
  pendingMigrations,
  relationExists,
  schemaRights,
  type Ask,
  type Migrations,
  type SchemaRights,
} from './migrations.ts';
export { resolveConnection } from './resolve-connection.ts';
export { findStranger, strangerWords } from './schema-owner.ts';
export { serverAccess, type ServerAccess } from './server-access.ts';
export { noteBackend, streamOf, type Silence } from './silence/watch-silence.ts';
export {
  beginSession,
  takeOwnPath,
  takeRolesPath,
  transactionSettings,
} from './session-settings.ts';
export { defaultSslMode, tlsOptions } from './tls.ts';
