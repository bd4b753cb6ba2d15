export type { Attribution } from './catalog/query-history.ts';
export type { Endpoint, Fault, FaultInput } from './faults/fault.ts';
export type { ArmedFault, FaultRegistry } from './faults/fault-registry.ts';
export type {
  EmulatorOptions,
  EmulatorUser,
  Log,
  ResultLayout,
} from './server/emulator-options.ts';
export { startEmulator, type Emulator, type EmulatorStart } from './start-emulator.ts';
export type { EmulatorStats, StatementRecord } from './server/stats.ts';
export type { LoadColumn, LoadFile } from './sql/dml/load-file.ts';
export {
  createSqlEngine,
  type SnowflakeSqlEngine,
  type SqlEngineOptions,
} from './create-sql-engine.ts';
