/**
 * What the author of a source, a target or a status store needs, and no more: types, errors, the row
 * format and the digest's columns. Neither the configuration nor the engine comes with it.
 */
export type * from './contract/adapters.ts';
export type * from './contract/chunk.ts';
export type * from './contract/column-pair.ts';
export type * from './contract/finding.ts';
export type * from './contract/grants.ts';
export type * from './contract/json.ts';
export type * from './contract/kept-statements.ts';
export type * from './contract/observes.ts';
export type * from './contract/rejects.ts';
export type * from './contract/repair.ts';
export type * from './contract/run-event.ts';
export type * from './contract/run-state.ts';
export type * from './contract/sharing.ts';
export type * from './contract/sessions.ts';
export type * from './contract/source.ts';
export type * from './contract/source-cost.ts';
export type * from './contract/status-store.ts';
export type * from './contract/table-job.ts';
export type * from './contract/table-plan.ts';
export type * from './contract/table-schema.ts';
export type * from './contract/target-answers.ts';
export type * from './contract/target.ts';
export type * from './contract/tells-standing.ts';
export type * from './contract/work-context.ts';
export { loadingOf } from './contract/loading-of.ts';
export {
  changesOf,
  deleteMissingOf,
  rebuildsIndexes,
  watermarkOf,
  windowOf,
} from './contract/plan-parts.ts';
export { modeTraits, type ModeTraits } from './contract/mode-traits.ts';
export { unfilledColumns } from './contract/unfilled-columns.ts';
export { decodeCsv } from './csv/decode-csv.ts';
export { encodeCsvRow } from './csv/encode-csv.ts';
export { readRows, type ReadRows } from './csv/read-rows.ts';
export { CsvValidator, type CsvFault } from './csv/validate-csv.ts';
export { comparableColumns, digestRule, type DigestRule } from './digest/comparable-columns.ts';
export { errorCatalog, type CatalogEntry, type ErrorCode, type Retry } from './errors/catalog.ts';
export {
  SnowmeltError,
  isSnowmeltError,
  type ErrorPlace,
  type SnowmeltErrorOptions,
} from './errors/snowmelt-error.ts';
export { asSecret, isSecret, reveal, Secret, type SecretText } from './secret/secret.ts';
export {
  ledgerLoading,
  type LedgerAccess,
  type LedgerEntry,
  type LedgerTransaction,
} from './ledger/ledger-loading.ts';
