import type { TableView } from './lenient-view.ts';
import type { KeyPath } from './plain-object.ts';
import type { Problem } from './problems.ts';
import { checkChanges } from './changes-checks.ts';

/** The rules inside one table. */
export function checkTable(table: TableView, path: KeyPath): readonly Problem[] {
  const at = (key: string, problem: string): Problem => ({ path: [...path, key], problem });
  return [
    ...checkChunking(table).map((problem) => at('chunking_column_types', problem)),
    ...checkMapping(table).map((problem) => at('column_mapping', problem)),
    ...checkWatermark(table).map((problem) => at('source_watermark', problem)),
    ...checkOverlap(table).map((problem) => at('watermark_overlap', problem)),
    ...checkColumns(table).map((problem) => at('columns', problem)),
    ...checkChanges(table).map((problem) => at('changes', problem)),
    ...checkRefresh(table).map(([key, problem]) => at(key, problem)),
    ...checkMissing(table).map(([key, problem]) => at(key, problem)),
  ];
}

function checkChunking({
  chunking_columns: columns,
  chunking_column_types: types,
}: TableView): readonly string[] {
  if (columns === undefined || types === undefined || types.length === 0) return [];
  if (columns.length === types.length) return [];
  return [
    `has ${types.length} types for the ${columns.length} columns of chunking_columns; give one for each`,
  ];
}

function checkMapping({ column_mapping: mapping = {} }: TableView): readonly string[] {
  const targets = Object.values(mapping);
  const twice = targets.filter((target, index) => targets.indexOf(target) !== index);
  return [...new Set(twice)].map((target) => `maps two source columns to ${target}`);
}

function checkWatermark(table: TableView): readonly string[] {
  if (table.truncate_onstart === true || table.changes === 'cdc') return [];
  if ((table.source_watermark === undefined) === (table.target_watermark === undefined)) return [];
  return ['source_watermark and target_watermark go together'];
}

function checkOverlap(table: TableView): readonly string[] {
  if (table.truncate_onstart === true || (table.watermark_overlap ?? 0) === 0) return [];
  const keyless = (table.uniqueness_columns ?? []).length === 0;
  return [
    ...(table.source_watermark === undefined ? ['needs source_watermark'] : []),
    ...(keyless
      ? ['needs uniqueness_columns: without a key, rows that are read again are added again']
      : []),
  ];
}

function checkColumns({ columns }: TableView): readonly string[] {
  const excluded = new Set(columns?.exclude);
  const both = (columns?.include ?? []).filter((name) => excluded.has(name));
  return both.map((name) => `${name} is in include and in exclude`);
}

function checkRefresh(table: TableView): readonly (readonly [string, string])[] {
  if (table.truncate_onstart === true) return [];
  const alone = 'needs truncate_onstart: true';
  return [
    ...(table.refresh === 'swap' ? [['refresh', alone] as const] : []),
    ...(table.truncate_cascade === true ? [['truncate_cascade', alone] as const] : []),
  ];
}

function checkMissing(table: TableView): readonly (readonly [string, string])[] {
  if (table.truncate_onstart === true) return [];
  const { delete_missing: how = 'off', soft_delete_column: column } = table;
  const needless = how !== 'soft' && column !== undefined;
  const marks = needless ? [['soft_delete_column', 'needs delete_missing: soft'] as const] : [];
  if (how === 'off') return marks;
  const keyless = (table.uniqueness_columns ?? []).length === 0;
  const key = 'needs uniqueness_columns: rows that the source lacks are found by their key';
  const moment = 'needs a snapshot: rows and keys must be those of one moment';
  return [
    ...marks,
    ...(keyless ? [['delete_missing', key] as const] : []),
    ...(table.snapshot === 'off' ? [['delete_missing', moment] as const] : []),
  ];
}
