import type { Config } from './schema/config.ts';
import type { PlacedTable } from './select-tables.ts';

/** What the file asks for that this version does not do: a line each, with its path. */
export function unsupportedByFile(config: Config): readonly string[] {
  return config.postgres.auth === 'rds_iam'
    ? ['postgres.auth: rds_iam (tokens of AWS IAM) is not in this version']
    : [];
}

/** The same for a table. Keys that a full refresh sets aside are no obstacle. */
export function unsupportedByTable(placed: PlacedTable, config: Config): readonly string[] {
  const { table, path } = placed;
  const wanted: readonly (readonly [key: string, asked: boolean, what: string])[] = [
    ...(table.truncate_onstart ? [] : incremental(placed, config)),
    ['disable_index', table.disable_index, 'dropping and rebuilding indexes'],
    ['refresh', table.refresh === 'swap', 'refresh: swap'],
    ['delete_missing', table.delete_missing !== 'off', `delete_missing: ${table.delete_missing}`],
    ['changes', table.changes !== 'off', 'changes: cdc'],
    ['on_row_error', table.on_row_error !== 'fail', `on_row_error: ${table.on_row_error}`],
    [
      'on_unsupported_text',
      table.on_unsupported_text !== 'fail',
      `on_unsupported_text: ${table.on_unsupported_text}`,
    ],
    [
      'query_tag',
      table.query_tag !== undefined && table.query_tag !== config.query_tag,
      'a query_tag of one table (the global one is)',
    ],
  ];
  return wanted
    .filter(([, asked]) => asked)
    .map(([key, , what]) => `${path}.${key}: ${what} is not in this version`);
}

function incremental(
  { table }: PlacedTable,
  config: Config,
): readonly (readonly [string, boolean, string])[] {
  const insertOnly = table.insert_only_mode ?? config.insert_only_mode;
  return [
    ['uniqueness_columns', table.uniqueness_columns.length > 0, 'upsert'],
    ['source_watermark', table.source_watermark !== undefined, 'incremental loading'],
    ['insert_only_mode', insertOnly, 'insert_only_mode'],
    ['watermark_overlap', table.watermark_overlap > 0, 'watermark_overlap'],
  ];
}

/** What a full refresh sets aside, for people. */
export function setAside({ table }: PlacedTable, config: Config): readonly string[] {
  if (!table.truncate_onstart) return [];
  const keys = [
    ...(table.uniqueness_columns.length > 0 ? ['uniqueness_columns'] : []),
    ...(table.source_watermark === undefined ? [] : ['source_watermark']),
    ...(table.target_watermark === undefined ? [] : ['target_watermark']),
    ...((table.insert_only_mode ?? config.insert_only_mode) ? ['insert_only_mode'] : []),
    ...(table.watermark_overlap > 0 ? ['watermark_overlap'] : []),
  ];
  return keys.length === 0 ? [] : [`set aside by truncate_onstart: ${keys.join(', ')}`];
}
