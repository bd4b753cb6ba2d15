import type { SourceView, TableView } from './lenient-view.ts';
import { foldedName, storedName } from './stored-name.ts';
import type { KeyPath } from './plain-object.ts';
import type { Problem } from './problems.ts';

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
export function checkTargets(sources: readonly SourceView[]): readonly Problem[] {
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
  const to = [source.target_pg_database, source.target_pg_schema, table.target];
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
