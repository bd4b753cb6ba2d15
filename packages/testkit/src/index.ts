export { fastClock, manualClock, type ManualClock } from './context/clocks.ts';
export { testContext, type TestContext } from './context/test-context.ts';
export { comparableText } from './digest/comparable-text.ts';
export { referenceDigest } from './digest/reference-digest.ts';
export type { FaultInjector, OpenFault } from './memory/chunk-stream.ts';
export { dying, Killed } from './memory/dying.ts';
export { MemoryDatabase } from './memory/memory-database.ts';
export {
  memorySource,
  type MemorySource,
  type MemorySourceOptions,
} from './memory/memory-source.ts';
export {
  memoryTarget,
  type LoadFault,
  type MemoryTarget,
  type MemoryTargetOptions,
} from './memory/memory-target.ts';
export { MemoryWarehouse, type MemoryTable } from './memory/memory-warehouse.ts';
export type { MemoryValue, TextRow } from './memory/rows.ts';
export {
  memoryStatusStore,
  type MemoryStatusOptions,
  type MemoryStatusStore,
} from './memory-status/memory-status-store.ts';
export { MemoryStatusState } from './memory-status/status-state.ts';
export { startPostgres, postgresUrlVariable } from './postgres/start-postgres.ts';
export type {
  PostgresOptions,
  PostgresOrigin,
  PostgresVersion,
  ServerAddress,
  TestPostgres,
} from './postgres/server/test-postgres.ts';
export { psqlStatements } from './postgres/psql-statements.ts';
export { startPooler, type PoolMode } from './postgres/wire/pooler.ts';
export { startStatementCutter, type Cut } from './postgres/wire/statement-cutter.ts';
export { testDatabase, type TestDatabase } from './postgres/test-database.ts';
export { statusStoreConformance } from './conformance/status/status-store-conformance.ts';
export type { StatusStoreHarness } from './conformance/status/status-store-harness.ts';
export { targetConformance } from './conformance/target/target-conformance.ts';
export type { TargetHarness } from './conformance/target/target-harness.ts';
export { sourceConformance } from './conformance/source/source-conformance.ts';
export type { SampleTable, SourceHarness } from './conformance/source/source-harness.ts';
