import { checkChanges, checkChangesOfFile } from './changes-checks.ts';
import { fileView, type SourceView, type TableView } from './lenient-view.ts';
import { checkPostgres, checkSnowflake } from './login-checks.ts';
import { isPlainObject, type KeyPath } from './plain-object.ts';
import type { Problem } from './problems.ts';
import { foldedName, storedName } from './stored-name.ts';
import { isWildcard, quotedName, targetName } from './wildcard.ts';

/** The rules that more than one key has a part in. */
export function crossCheck(value: unknown): readonly Problem[] {
  const file = fileView.parse(isPlainObject(value) ? value : {});
  const sources = file.sources ?? [];
  return [
    ...(file.snowflake === undefined ? [] : checkSnowflake(file.snowflake)),
    ...(file.postgres === undefined ? [] : checkPostgres(file.postgres)),
    ...checkSourceNames(sources),
    ...checkDefaults(sources),
    ...sources.flatMap((source, index) =>
      (source.tables ?? []).flatMap((table, tableIndex) => {
        const path = ['sources', index, 'tables', tableIndex];
        return [...checkTable(table, path), ...checkChangesOfFile(file, table, path)];
      }),
    ),
    ...checkTargets(sources),
  ];
}

function checkSourceNames(sources: readonly SourceView[]): readonly Problem[] {
  const names = sources.map(({ source_name }) => source_name);
  return names.flatMap((name, index) => {
    const path = ['sources', index, 'source_name'];
    if (name === undefined) return [];
    if (name.includes(',')) return [{ path, problem: 'may not hold a comma' }];
    const first = names.indexOf(name);
    if (first === index) return [];
    return [{ path, problem: `${name} is the name of sources[${first}] already` }];
  });
}

/** What names one table can't be said of all. */
function checkDefaults(sources: readonly SourceView[]): readonly Problem[] {
  return sources.flatMap(({ defaults = {} }, index) =>
    Object.hasOwn(defaults, 'source')
      ? [
          {
            path: ['sources', index, 'defaults', 'source'],
            problem: 'names one table: it belongs into tables',
          },
        ]
      : [],
  );
}

interface Route {
  readonly path: KeyPath;
  readonly source: string;
  readonly target: string;
  readonly truncates: boolean;
  readonly watermarked: boolean;
  readonly deletes: boolean;
}

/**
 * Two tables may add to one target, each with rows of its own; but a table that empties its target
 * must have it for itself, and the same source into the same target would double its rows. So must
 * a table with a watermark: the newest one of another table's rows says nothing of its own; and one
 * that deletes what its source lacks, by its keys or its changes: another table's rows would be
 * missing there.
 */
function checkTargets(sources: readonly SourceView[]): readonly Problem[] {
  const routes = sources.flatMap(routesOf);
  return routes.flatMap((route, index) => {
    const before = routes.slice(0, index).find((other) => clash(route, other));
    if (before === undefined) return [];
    const [, source, , table] = before.path;
    const problem = `${route.target} is the target of sources[${String(source)}].tables[${String(table)}] already`;
    return [{ path: [...route.path, 'target'], problem }];
  });
}

function clash(a: Route, b: Route): boolean {
  const alone = [a, b].some((one) => one.truncates || one.watermarked || one.deletes);
  return a.target === b.target && (alone || a.source === b.source);
}

function routesOf(source: SourceView, index: number): readonly Route[] {
  if (source.enabled === false) return [];
  return (source.tables ?? []).flatMap((table, tableIndex) =>
    routeOf(source, table, ['sources', index, 'tables', tableIndex]),
  );
}

function routeOf(source: SourceView, table: TableView, path: KeyPath): readonly Route[] {
  if (table.enabled === false) return [];
  const from = [source.source_sf_database, source.source_sf_schema, table.source];
  const { source: name } = table;
  // What a wildcard stands for is compared when it is known (`matchTables`).
  if (name === undefined || isWildcard(name)) return [];
  const into = quotedName(targetName({ source: name, target: table.target }));
  const to = [source.target_pg_database, source.target_pg_schema, into];
  if ([...from, ...to].includes(undefined)) return [];
  const truncates = table.truncate_onstart === true;
  const watermarked = !truncates && table.source_watermark !== undefined;
  const deletesMissing = !truncates && (table.delete_missing ?? 'off') !== 'off';
  const deletes = deletesMissing || table.changes === 'cdc';
  return [{ path, source: folded(from), target: dotted(to), truncates, watermarked, deletes }];
}

/** One written in lower case may turn out to be the one in capitals. */
function folded(parts: readonly (string | undefined)[]): string {
  return parts.map((part) => foldedName(part ?? '')).join('.');
}

function dotted(parts: readonly (string | undefined)[]): string {
  return parts.map((part) => storedName(part ?? '')).join('.');
}

/** The rules inside one table. */
function checkTable(table: TableView, path: KeyPath): readonly Problem[] {
  const at = (key: string, problem: string): Problem => ({ path: [...path, key], problem });
  return [
    ...checkWildcard(table).map(([key, problem]) => at(key, problem)),
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

function checkWildcard({
  source,
  target = '*',
  exclude,
  kinds,
}: TableView): readonly (readonly [string, string])[] {
  if (source === undefined) return [];
  const many = isWildcard(source);
  const alone = 'needs a source with *';
  return [
    ...(many && !isWildcard(target)
      ? [
          [
            'target',
            'needs a *, which stands for the name of each table that source finds',
          ] as const,
        ]
      : []),
    ...(!many && exclude !== undefined ? [['exclude', alone] as const] : []),
    ...(!many && kinds !== undefined ? [['kinds', alone] as const] : []),
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
