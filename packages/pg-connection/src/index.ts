export type { PostgresConnection, PostgresSsl, SslMode } from './connection.ts';
export { faultOf, type Fault } from './faults/fault.ts';
export type { FaultKind, FaultScene } from './faults/fault-row.ts';
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
export { resolveConnection } from './resolve-connection.ts';
export { defaultSslMode, tlsOptions } from './tls.ts';
