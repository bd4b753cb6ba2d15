export * from './contract.ts';
export {
  chunkInvariants,
  chunkStates,
  chunkTransitions,
  type ChunkState,
  type ChunkTransition,
  type Refused,
} from './engine/table/chunk-state.ts';
export { clearStages, type ClearedStage } from './engine/run/clear-stages.ts';
export {
  diagnose,
  diagnoseRun,
  type DiagnoseRequest,
  type DiagnoseUsing,
  type Diagnosis,
} from './diagnose/diagnose.ts';
export { troublesOfRun } from './diagnose/troubles-of-run.ts';
export type { MendingSql, Trouble, TroubleKind, TroubleLevel } from './diagnose/trouble.ts';
export { backoff } from './engine/table/backoff.ts';
export { hidesDigits } from './watermark/watermark-bound.ts';
export { cutFraction } from './watermark/shift-time.ts';
export { compareWatermarks } from './watermark/watermark-order.ts';
export { systemClock } from './clock/system-clock.ts';
export type { DecideContext } from './engine/decide/decide-context.ts';
export { decidePlan, refuseErrors, type Decision } from './engine/decide/decide-plan.ts';
export { describeTogether, describeWritten } from './engine/decide/describe-together.ts';
export { foresee, type NextStep } from './engine/run/go-on.ts';
export { leftOut, leftOutNote, limitedNote, type LeftOut } from './engine/table/left-out.ts';
export { runMigration } from './engine/run/run-migration.ts';
export type { MigrationRequest } from './engine/run/migration-request.ts';
export { helpRun, type HelpReport, type HelpRequest } from './engine/run/help-run.ts';
export { planFormat } from './engine/run/plan-format.ts';
export { abortRun, type AbortRequest } from './engine/steps/abort-run.ts';
export { finishRun, type FinishRequest } from './engine/steps/finish-run.ts';
export { loadBatch, type LoadRequest, type LoadedBatch } from './engine/steps/load-batch.ts';
export {
  planRun,
  type PlannedRun,
  type PlannedTable,
  type PlanRequest,
} from './engine/steps/plan-run.ts';
export type { BatchRef } from './engine/steps/batches.ts';
export { longSteps, runsToMeasure, type StepLimit } from './engine/decide/long-steps.ts';
export { pinNow } from './engine/table/settle-snapshot.ts';
export { tagContext } from './engine/decide/tag-context.ts';
export type * from './engine/table/run-report.ts';
export {
  createLogger,
  formatJson,
  formatLogfmt,
  logLevels,
  type LogEntry,
  type LogLevel,
} from './log/logger.ts';
export { visible, visibleLines } from './log/visible.ts';
export { noticeWaits } from './log/notice-waits.ts';
export { tellWait, type TellWait, type Wait } from './log/tell-wait.ts';
export {
  hasWildcards,
  matchTables,
  type MatchedConfig,
  type TableMatch,
} from './config/match-tables.ts';
export { inCapitals, isWildcard, matcher, quotedName } from './config/wildcard.ts';
export { waits, type WaitName } from './waits/waits.ts';
export { configWarnings } from './config/config-warnings.ts';
export type { Environment } from './config/expand-variables.ts';
export { configJsonSchema } from './config/json-schema.ts';
export { loadConfig, loadConfigText, loadEnvFile } from './config/load-config.ts';
export { parseConfig, type ParseOptions } from './config/parse-config.ts';
export { redact, type ShownConfig } from './config/redact.ts';
export { limitTables } from './config/limit-tables.ts';
export { resolveTables, runHashes, type RunHashes } from './config/resolve-tables.ts';
export { configSchema, type Config } from './config/schema/config.ts';
export type { PostgresConfig } from './config/schema/postgres.ts';
export type { SnowflakeConfig } from './config/schema/snowflake.ts';
export { enabledSources, unknownSources, type TableSelection } from './config/select-tables.ts';
export { describedCode } from './errors/described-code.ts';
export { runPlaces } from './config/run-places.ts';
export { statusDatabase } from './config/status-database.ts';
export { targetDatabases } from './config/target-databases.ts';
export { nearestWord } from './words/nearest-word.ts';
