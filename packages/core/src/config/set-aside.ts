import type { Config } from './schema/config.ts';
import type { PlacedTable } from './select-tables.ts';

/** What a full refresh, or a load of changes, sets aside, for people. */
export function setAside({ table }: PlacedTable, config: Config): readonly string[] {
  const refreshed = table.truncate_onstart;
  const tracked = table.changes === 'cdc';
  if (!refreshed && !tracked) return [];
  const insertOnly = table.insert_only_mode ?? config.insert_only_mode;
  const keys = [
    ...(!tracked && table.uniqueness_columns.length > 0 ? ['uniqueness_columns'] : []),
    ...(table.source_watermark === undefined ? [] : ['source_watermark']),
    ...(table.target_watermark === undefined ? [] : ['target_watermark']),
    ...(refreshed && insertOnly ? ['insert_only_mode'] : []),
    ...(table.watermark_overlap > 0 ? ['watermark_overlap'] : []),
    ...(table.delete_missing === 'off' ? [] : ['delete_missing']),
    ...(table.soft_delete_column === undefined ? [] : ['soft_delete_column']),
  ];
  const by = refreshed ? 'truncate_onstart' : 'changes: cdc';
  return keys.length === 0 ? [] : [`set aside by ${by}: ${keys.join(', ')}`];
}
