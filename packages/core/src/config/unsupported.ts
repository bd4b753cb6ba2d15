import type { Config } from './schema/config.ts';
import type { TableConfig } from './schema/table.ts';
import type { PlacedTable } from './select-tables.ts';

/** A value that the schema takes and this version refuses: nothing is passed over in silence. */
export interface UnsupportedTableKey {
  readonly key: keyof TableConfig;
  /** The values, for the documentation. */
  readonly values: string;
  /** In words; by default the key and its value. */
  readonly what?: string;
  readonly asked: (table: TableConfig, config: Config) => boolean;
}

/** Whoever builds one of these takes it out here; docs/configuration.md is generated from it. */
export const unsupportedTableKeys: readonly UnsupportedTableKey[] = [
  {
    key: 'on_unsupported_text',
    values: '`strip`, `replace`',
    asked: (table) => table.on_unsupported_text !== 'fail',
  },
];

/** What a table asks for that this version does not do: a line each, with its path. */
export function unsupportedByTable(
  { table, path }: PlacedTable,
  config: Config,
): readonly string[] {
  return unsupportedTableKeys
    .filter(({ asked }) => asked(table, config))
    .map(({ key, what = `${key}: ${wordOf(table[key])}` }) => {
      return `${path}.${key}: ${what} is not in this version`;
    });
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

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
