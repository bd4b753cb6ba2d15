import type { LoadMode } from '../contract/table-plan.ts';
import type { TableJob } from '../contract/table-job.ts';
import type { Config } from './schema/config.ts';
import type { TableConfig } from './schema/table.ts';
import type { PlacedTable } from './select-tables.ts';
import { storedName } from './stored-name.ts';

/** How rows meet those that are there, without what a full refresh sets aside. */
export function mergeRules(
  { table }: PlacedTable,
  config: Config,
): Pick<TableJob, 'uniqueness' | 'watermark' | 'deleteMissing' | 'firstLoadBatchRows'> {
  // A full refresh does not ask for the key, but the changes that follow it will.
  if (table.changes === 'cdc') return { uniqueness: table.uniqueness_columns.map(storedName) };
  if (table.truncate_onstart) return { uniqueness: [] };
  const watermark = watermarkOf(table);
  return {
    uniqueness: table.uniqueness_columns.map(storedName),
    ...(watermark === undefined ? {} : { watermark }),
    ...missingRule(table),
    ...(table.uniqueness_columns.length === 0
      ? {}
      : { firstLoadBatchRows: copyBatchRows(table, config) }),
  };
}

/** Of a table that is not refreshed: without a key all that can be done is to add rows. */
export function mergeMode({ table }: PlacedTable, config: Config): LoadMode {
  if (table.changes === 'cdc') return 'changes';
  if (table.uniqueness_columns.length === 0) return 'append';
  return insertOnly(table, config) ? 'insert-only' : 'upsert';
}

export function batchRows({ table }: PlacedTable, config: Config): number {
  const merges = table.changes === 'off' && table.uniqueness_columns.length > 0;
  const copies = table.truncate_onstart || !merges;
  return copies ? copyBatchRows(table, config) : (table.batch_size ?? config.batch_size);
}

export function insertOnly(table: TableConfig, config: Config): boolean {
  return table.insert_only_mode ?? config.insert_only_mode;
}

/** What has no effect as the table stands, for people. */
export function withoutEffect({ table }: PlacedTable, config: Config): readonly string[] {
  const keyless = !table.truncate_onstart && table.uniqueness_columns.length === 0;
  const swaps = table.truncate_onstart && table.refresh === 'swap';
  return [
    ...(keyless && insertOnly(table, config)
      ? ['insert_only_mode has no effect without uniqueness_columns: all rows are added']
      : []),
    ...(swaps && table.disable_index
      ? ['disable_index has no effect with refresh: swap: readers need the indexes meanwhile']
      : []),
    ...(!table.truncate_onstart && table.changes === 'cdc' && table.disable_index
      ? ['disable_index has no effect with changes: cdc: readers need the indexes meanwhile']
      : []),
    ...(swaps && table.truncate_cascade
      ? ['truncate_cascade has no effect with refresh: swap: nothing is truncated']
      : []),
  ];
}

function copyBatchRows(table: TableConfig, config: Config): number {
  const own = table.batch_size_copy_mode ?? table.batch_size;
  return own ?? config.batch_size_copy_mode ?? config.batch_size;
}

function watermarkOf(table: TableConfig): TableJob['watermark'] {
  const { source_watermark: source, target_watermark: target } = table;
  if (source === undefined || target === undefined) return undefined;
  return {
    source: storedName(source),
    target: storedName(target),
    overlapSeconds: table.watermark_overlap,
  };
}

function missingRule(table: TableConfig): Pick<TableJob, 'deleteMissing'> {
  const { delete_missing: how, soft_delete_column: column = 'snowmelt_deleted_at' } = table;
  if (how === 'off') return {};
  return { deleteMissing: how === 'hard' ? { how } : { how, column: storedName(column) } };
}
