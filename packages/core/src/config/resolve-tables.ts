import type { ReadOptions } from '../contract/table-plan.ts';
import type { TableJob } from '../contract/table-job.ts';
import {
  batchRows,
  loadMode,
  mergeRules,
  rebuildsIndexes,
  setAside,
  withoutEffect,
} from './load-mode.ts';
import type { Config } from './schema/config.ts';
import { selectTables, type PlacedTable, type TableSelection } from './select-tables.ts';
import { storedName } from './stored-name.ts';
import { sha256, tableHash } from './table-hash.ts';
import { isWildcard, type MatchedTable } from './wildcard.ts';
import { foldedSourceRef, sourceRef, tableKey, targetRef } from './table-refs.ts';

/** The enabled tables that are asked for, with every default resolved. Throws `CONFIG.NO_SUCH_TABLE`. */
export function resolveTables(config: Config, selection: TableSelection = {}): TableJob[] {
  return selectTables(config, selection).map((one) => jobOf(one, config));
}

export interface RunHashes {
  readonly configHash: string;
  readonly executionHash: string;
}

/** `configHash` covers every enabled table, `executionHash` the chosen ones of them as well. */
export function runHashes(config: Config, jobs: readonly TableJob[]): RunHashes {
  const all = selectTables(config, {}).map((one) => jobOf(one, config));
  const open = all.find(({ wildcard }) => wildcard?.open === true);
  if (open !== undefined) throw new RangeError(`${open.key}: its tables are not looked for yet`);
  const configHash = sha256(all.map(({ key, hash }) => `${key} ${hash}`).toSorted());
  return { configHash, executionHash: sha256([configHash, jobs.map(({ key }) => key).toSorted()]) };
}

function jobOf(placed: PlacedTable, config: Config): TableJob {
  const { source, table } = placed;
  const job: Omit<TableJob, 'hash'> = {
    key: tableKey(source, table),
    sourceName: source.source_name,
    source: sourceRef(source, table),
    ...wildcardOf(table),
    ...foldedSource(placed),
    target: targetRef(source, table),
    mode: loadMode(placed, config),
    ...mergeRules(placed, config),
    ...(table.changes === 'cdc' ? { changes: true } : {}),
    read: readOptions(placed, config),
    columns: columnChoice(placed),
    parallelThreads: table.parallel_threads ?? config.parallel_threads,
    maxRetryAttempts: config.max_retry_attempts,
    schemaEvolution: table.schema_evolution ?? config.schema_evolution,
    emptiesOthers: table.truncate_cascade,
    ...(rebuildsIndexes(placed, config) ? { rebuildIndexes: true } : {}),
    ...(table.on_row_error === 'quarantine'
      ? { rejects: { limit: table.max_rejected_rows ?? config.max_rejected_rows } }
      : {}),
    ...valueRules(placed, config),
    snapshot: table.snapshot ?? config.snapshot,
    verify: table.verify ?? config.verify,
    ...(table.query_tag === undefined ? {} : { queryTag: table.query_tag }),
    notices: [...setAside(placed, config), ...withoutEffect(placed, config)],
  };
  return { ...job, hash: tableHash(job) };
}

function wildcardOf(table: MatchedTable): Pick<TableJob, 'wildcard'> {
  const { source, matchedBy } = table;
  if (matchedBy !== undefined) return { wildcard: { pattern: matchedBy, open: false } };
  return isWildcard(source) ? { wildcard: { pattern: source, open: true } } : {};
}

function foldedSource({ source, table }: PlacedTable): Pick<TableJob, 'sourceInCapitals'> {
  const folded = foldedSourceRef(source, table);
  return folded === undefined ? {} : { sourceInCapitals: folded };
}

/** What becomes of values that the target can't hold as they are; absent where it is the default. */
function valueRules(
  { table }: PlacedTable,
  config: Config,
): Pick<
  TableJob,
  'extraDigits' | 'lostZone' | 'unsupportedText' | 'unsupportedJson' | 'jsonAsWritten'
> {
  const extraDigits = table.on_extra_digits ?? config.on_extra_digits;
  const lostZone = table.on_lost_zone ?? config.on_lost_zone;
  const unsupportedText = table.on_unsupported_text;
  const unsupportedJson = table.on_unsupported_json;
  const json = table.json_type ?? config.json_type;
  return {
    ...(extraDigits === 'truncate' ? {} : { extraDigits }),
    ...(lostZone === 'fail' ? {} : { lostZone }),
    ...(unsupportedText === 'fail' ? {} : { unsupportedText }),
    ...(unsupportedJson === 'fail' ? {} : { unsupportedJson }),
    ...(json === 'json' ? { jsonAsWritten: true } : {}),
  };
}

function readOptions(placed: PlacedTable, config: Config): ReadOptions {
  const { table } = placed;
  const stage = table.stage ?? config.stage;
  return {
    extract: table.extract ?? config.extract,
    ...(table.source_filter === undefined ? {} : { filter: table.source_filter }),
    chunkColumns: table.chunking_columns.map((column, index) => ({
      column: storedName(column),
      type: table.chunking_column_types[index] ?? 'any',
    })),
    sortColumns: table.sort_columns.map(storedName),
    batchRows: batchRows(placed, config),
    ...(stage === undefined ? {} : { stage }),
  };
}

function columnChoice({ table }: PlacedTable): TableJob['columns'] {
  const include = table.columns?.include?.map(storedName);
  const keep = table.columns?.keep;
  return {
    ...(keep === undefined ? {} : { keep }),
    ...(include === undefined ? {} : { include }),
    exclude: (table.columns?.exclude ?? []).map(storedName),
    mapping: Object.fromEntries(
      Object.entries(table.column_mapping).map(([from, to]) => [storedName(from), storedName(to)]),
    ),
  };
}
