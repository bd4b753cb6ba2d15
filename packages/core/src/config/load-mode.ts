import { modeTraits } from '../contract/mode-traits.ts';
import type { LoadMode } from '../contract/table-plan.ts';
import type { TableJob } from '../contract/table-job.ts';
import type { Config } from './schema/config.ts';
import type { TableConfig } from './schema/table.ts';
import type { PlacedTable } from './select-tables.ts';
import { storedName } from './stored-name.ts';

/** Without a key all that can be done is to add rows. */
export function loadMode({ table }: PlacedTable, config: Config): LoadMode {
  if (table.truncate_onstart) return table.refresh;
  if (table.changes === 'cdc') return 'changes';
  if (table.uniqueness_columns.length === 0) return 'append';
  return insertOnly(table, config) ? 'insert-only' : 'upsert';
}

/** How rows meet those that are there, without what a full refresh sets aside. */
export function mergeRules(
  placed: PlacedTable,
  config: Config,
): Pick<TableJob, 'uniqueness' | 'watermark' | 'deleteMissing' | 'firstLoadBatchRows'> {
  const { table } = placed;
  const { merges, replacesAll } = modeTraits[loadMode(placed, config)];
  const uniqueness = table.uniqueness_columns.map(storedName);
  // A full refresh does not ask for the key, but the changes that follow it will.
  if (table.changes === 'cdc') return { uniqueness };
  if (replacesAll) return { uniqueness: [] };
  const watermark = watermarkOf(table);
  return {
    uniqueness,
    ...(watermark === undefined ? {} : { watermark }),
    ...missingRule(table),
    ...(merges ? { firstLoadBatchRows: copyBatchRows(table, config) } : {}),
  };
}

export function batchRows(placed: PlacedTable, config: Config): number {
  const { table } = placed;
  if (!modeTraits[loadMode(placed, config)].merges) return copyBatchRows(table, config);
  return table.batch_size ?? config.batch_size;
}

export function insertOnly(table: TableConfig, config: Config): boolean {
  return table.insert_only_mode ?? config.insert_only_mode;
}

/** Indexes of a table whose rows are gathered stay: it changes at the end, under its readers' eyes. */
export function rebuildsIndexes(placed: PlacedTable, config: Config): boolean {
  return placed.table.disable_index && !modeTraits[loadMode(placed, config)].gathers;
}

/** What has no effect as the table stands, for people. */
export function withoutEffect(placed: PlacedTable, config: Config): readonly string[] {
  const { table } = placed;
  const { gathers, empties, replacesAll, onlyAdds } = modeTraits[loadMode(placed, config)];
  const way = replacesAll ? `refresh: ${table.refresh}` : 'changes: cdc';
  return [
    ...(onlyAdds && insertOnly(table, config)
      ? ['insert_only_mode has no effect without uniqueness_columns: all rows are added']
      : []),
    ...(gathers && table.disable_index
      ? [`disable_index has no effect with ${way}: readers need the indexes meanwhile`]
      : []),
    ...(replacesAll && !empties && table.truncate_cascade
      ? [`truncate_cascade has no effect with ${way}: nothing is truncated`]
      : []),
  ];
}

/** What a full refresh, or a load of changes, sets aside, for people. */
export function setAside({ table }: PlacedTable, config: Config): readonly string[] {
  const refreshed = table.truncate_onstart;
  const tracked = table.changes === 'cdc';
  if (!refreshed && !tracked) return [];
  const keys = [
    ...(!tracked && table.uniqueness_columns.length > 0 ? ['uniqueness_columns'] : []),
    ...(table.source_watermark === undefined ? [] : ['source_watermark']),
    ...(table.target_watermark === undefined ? [] : ['target_watermark']),
    ...(refreshed && insertOnly(table, config) ? ['insert_only_mode'] : []),
    ...(table.watermark_overlap > 0 ? ['watermark_overlap'] : []),
    ...(table.delete_missing === 'off' ? [] : ['delete_missing']),
    ...(table.soft_delete_column === undefined ? [] : ['soft_delete_column']),
  ];
  const by = refreshed ? 'truncate_onstart' : 'changes: cdc';
  return keys.length === 0 ? [] : [`set aside by ${by}: ${keys.join(', ')}`];
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
