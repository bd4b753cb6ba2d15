import type { Source } from '../contract/source.ts';
import type { ListedTable, TableRef } from '../contract/table-schema.ts';
import type { WorkContext } from '../contract/work-context.ts';
import { isSnowmeltError, SnowmeltError } from '../errors/snowmelt-error.ts';
import { refuseCollisions } from './matched-targets.ts';
import type { Config } from './schema/config.ts';
import type { SourceConfig } from './schema/source.ts';
import type { TableConfig } from './schema/table.ts';
import { foldedName, storedName } from './stored-name.ts';
import { inCapitals, isWildcard, matcher, quotedName, type MatchedTable } from './wildcard.ts';

/** What a `source` with `*` stands for, as the catalog has it now. */
export interface TableMatch {
  readonly sourceName: string;
  readonly pattern: string;
  readonly place: Pick<TableRef, 'database' | 'schema'>;
  readonly tables: readonly string[];
  /** Of such names, and of kinds that `kinds` does not name. */
  readonly leftOut: readonly Pick<ListedTable, 'kind' | 'what'>[];
}

export interface MatchedConfig {
  /** A table in the place of each wildcard for all that it stands for. */
  readonly config: Config;
  readonly matches: readonly TableMatch[];
}

export function hasWildcards({ sources }: Config): boolean {
  return sources.some((source) => source.enabled && openWildcards(source).length > 0);
}

function openWildcards({ tables }: SourceConfig): readonly TableConfig[] {
  return tables.filter(({ source, enabled }) => enabled && isWildcard(source));
}

/**
 * Asks the source's catalog what wildcards stand for: once for each `sources[]` that has some. Throws
 * `CONFIG.NO_SUCH_TABLE` where one stands for nothing, `CONFIG.INVALID` where two tables would go into
 * one target.
 */
export async function matchTables(
  config: Config,
  source: Source,
  context: WorkContext,
): Promise<MatchedConfig> {
  if (!hasWildcards(config)) return { config, matches: [] };
  if (source.lists === undefined) {
    throw new SnowmeltError('CONFIG.UNSUPPORTED', '* in source: this source has no lists', {
      fix: 'Name each table.',
    });
  }
  const matches: TableMatch[] = [];
  const sources: SourceConfig[] = [];
  for (const [index, one] of config.sources.entries()) {
    if (!one.enabled || openWildcards(one).length === 0) {
      sources.push(one);
      continue;
    }
    const matched = matchSource(one, index, await listTables(one, source.lists, context));
    matches.push(...matched.matches);
    sources.push({ ...one, tables: matched.tables });
  }
  const resolved = { ...config, sources };
  refuseCollisions(resolved);
  return { config: resolved, matches };
}

type Place = TableMatch['place'];

interface Listed {
  readonly place: Place;
  readonly tables: readonly ListedTable[];
}

/** The schema as it is written, or where there is none, as Snowflake reads it without quotes. */
async function listTables(
  one: SourceConfig,
  lists: NonNullable<Source['lists']>,
  context: WorkContext,
): Promise<Listed> {
  const { source_sf_database: database, source_sf_schema: schema } = one;
  const place = { database: storedName(database), schema: storedName(schema) };
  const folded = { database: foldedName(database), schema: foldedName(schema) };
  try {
    return { place, tables: await lists.tables(place, context) };
  } catch (error) {
    const other = folded.database !== place.database || folded.schema !== place.schema;
    const missing = isSnowmeltError(error) && error.code === 'SOURCE.TABLE_NOT_FOUND';
    if (!missing || !other) throw error;
    return { place: folded, tables: await lists.tables(folded, context) };
  }
}

interface MatchedSource {
  readonly matches: readonly TableMatch[];
  readonly tables: SourceConfig['tables'];
}

function matchSource(one: SourceConfig, index: number, listed: Listed): MatchedSource {
  const named = one.tables.filter(({ source }) => !isWildcard(source));
  const taken = new Set(named.flatMap(({ source }) => [storedName(source), foldedName(source)]));
  const matches: TableMatch[] = [];
  const tables = one.tables.flatMap((table, at): readonly MatchedTable[] => {
    if (!table.enabled || !isWildcard(table.source)) return [table];
    const found = matchesOf(table, listed.tables);
    if (found.wanted.length === 0) {
      throw matchesNothing(`sources[${index}].tables[${at}].source`, { table, found, listed });
    }
    const fresh = found.wanted.filter(({ ref }) => !taken.has(ref.name));
    for (const { ref } of fresh) taken.add(ref.name);
    const names = fresh.map(({ ref }) => ref.name);
    const { leftOut } = found;
    const { place } = listed;
    const pattern = table.source;
    matches.push({ sourceName: one.source_name, pattern, place, tables: names, leftOut });
    return names.map((name) => matchedTable(table, name));
  });
  return { matches, tables };
}

function matchedTable(table: TableConfig, name: string): MatchedTable {
  const { exclude: _exclude, kinds: _kinds, ...rest } = table;
  return { ...rest, source: quotedName(name), matchedBy: table.source };
}

interface Found {
  readonly wanted: readonly ListedTable[];
  readonly leftOut: readonly Pick<ListedTable, 'kind' | 'what'>[];
}

function matchesOf(table: TableConfig, listed: readonly ListedTable[]): Found {
  const { source, exclude = [], kinds = ['table'] } = table;
  const written = namedAs(source, listed);
  const excluded = exclude.map((name) => {
    const fits = [matcher(name), matcher(inCapitals(name) ?? name)];
    return ({ ref }: ListedTable) => fits.some((fit) => fit(ref.name));
  });
  const all = written.filter((one) => !excluded.some((isExcluded) => isExcluded(one)));
  const isWanted = ({ kind }: ListedTable): boolean => kinds.some((wanted) => wanted === kind);
  return {
    wanted: all.filter(isWanted),
    leftOut: all.filter((one) => !isWanted(one)).map(({ kind, what }) => ({ kind, what })),
  };
}

/** As it is written, or where nothing is called so, in capitals. */
function namedAs(pattern: string, listed: readonly ListedTable[]): readonly ListedTable[] {
  const fits = matcher(pattern);
  const found = listed.filter(({ ref }) => fits(ref.name));
  const capitals = inCapitals(pattern);
  if (found.length > 0 || capitals === undefined) return found;
  const fitsInCapitals = matcher(capitals);
  return listed.filter(({ ref }) => fitsInCapitals(ref.name));
}

interface NoMatch {
  readonly table: TableConfig;
  readonly found: Found;
  readonly listed: Listed;
}

const someNames = 5;

function matchesNothing(path: string, { table, found, listed }: NoMatch): SnowmeltError {
  const { database, schema } = listed.place;
  const kinds = table.kinds ?? ['table'];
  const others = [...new Set(found.leftOut.map(({ kind }) => kind))];
  const names = listed.tables.map(({ ref }) => ref.name);
  const some = names.slice(0, someNames).join(', ');
  const more = names.length > someNames ? `, … (${names.length} in all)` : '';
  const there =
    names.length === 0 ? 'there is nothing that the role may see' : `there are ${some}${more}`;
  const fix =
    others.length > 0
      ? `Add to the table: "kinds": ${JSON.stringify([...kinds, ...others])}.`
      : names.length === 0
        ? `Give the role SELECT on the tables of the schema: see snowmelt grants --for snowflake.`
        : 'Correct the name, or remove the entry; snowmelt discover lists what is there.';
  const kind = others.length > 0 ? `, but for what is ${others.join(' or ')}` : '';
  return new SnowmeltError(
    'CONFIG.NO_SUCH_TABLE',
    `${path}: ${table.source} stands for no ${kinds.join(' or ')} of ${database}.${schema}${kind}: ${there}`,
    { fix },
  );
}
