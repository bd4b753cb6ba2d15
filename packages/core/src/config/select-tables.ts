import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { nearestWord } from '../words/nearest-word.ts';
import type { Config } from './schema/config.ts';
import type { SourceConfig } from './schema/source.ts';
import type { TableConfig } from './schema/table.ts';
import { storedName } from './stored-name.ts';
import { formatTable, tableKey } from './table-refs.ts';

export interface TableSelection {
  /** Source names; absent or empty: all that are enabled. */
  readonly sources?: readonly string[];
  /** Names, dotted names or keys of tables; absent or empty: all that are enabled. */
  readonly tables?: readonly string[];
}

/** A table of the file with its place in it. */
export interface PlacedTable {
  readonly source: SourceConfig;
  readonly table: TableConfig;
  readonly path: string;
}

/** The enabled tables that are asked for. Throws `CONFIG.NO_SUCH_TABLE` where a name fits none. */
export function selectTables(config: Config, selection: TableSelection): readonly PlacedTable[] {
  const all = config.sources.flatMap((source, s) =>
    source.tables.map((table, t) => ({ source, table, path: `sources[${s}].tables[${t}]` })),
  );
  const enabled = all.filter(({ source, table }) => source.enabled && table.enabled);
  if (enabled.length === 0) {
    throw new SnowmeltError('CONFIG.NO_SUCH_TABLE', 'the configuration has no enabled table', {
      fix: 'Set enabled: true for a source and a table.',
    });
  }
  const known = selection.sources?.filter((name) => enabled.some((one) => ofSource(one, name)));
  const ofSources = pick(enabled, known?.length === 0 ? selection.sources : known, {
    fits: ofSource,
    known: (placed) => placed.source.source_name,
    word: 'source',
  });
  return pick(ofSources, selection.tables, {
    fits: tableFits,
    known: ({ source, table }) => `${source.source_name}/${storedName(table.source)}`,
    word: 'table',
  });
}

/**
 * Names of sources that are asked for beside others and are none that is enabled, a line each. Where
 * none at all is, `selectTables` throws.
 */
export function unknownSources(
  config: Config,
  { sources: asked = [] }: TableSelection,
): readonly string[] {
  const enabled = enabledSources(config);
  const unknown = asked.filter((name) => !enabled.includes(name));
  const list = enabled.join(', ');
  return unknown.map((name) => `no enabled source is called ${name}; there are ${list}`);
}

/** Names of the sources that are enabled and have an enabled table. */
export function enabledSources({ sources }: Config): readonly string[] {
  return sources
    .filter((source) => source.enabled && source.tables.some(({ enabled }) => enabled))
    .map(({ source_name: name }) => name);
}

function ofSource({ source }: PlacedTable, name: string): boolean {
  return source.source_name === name;
}

interface Picking {
  readonly fits: (placed: PlacedTable, name: string) => boolean;
  readonly known: (placed: PlacedTable) => string;
  readonly word: string;
}

function pick(
  from: readonly PlacedTable[],
  names: readonly string[] | undefined,
  { fits, known, word }: Picking,
): readonly PlacedTable[] {
  if (names === undefined || names.length === 0) return from;
  const unknown = names.filter((name) => !from.some((placed) => fits(placed, name)));
  if (unknown.length > 0) {
    const there = [...new Set(from.map(known))];
    const meant = unknown.flatMap((name) => nearestWord(name, there.flatMap(shorter)) ?? []);
    throw new SnowmeltError(
      'CONFIG.NO_SUCH_TABLE',
      `no enabled ${word} is called ${unknown.join(', ')}; there are ${someOf(there)}`,
      meant.length === 0 ? {} : { fix: `Did you mean ${meant.join(', ')}?` },
    );
  }
  return from.filter((placed) => names.some((name) => fits(placed, name)));
}

/** As people write it: with its source and without. */
function shorter(name: string): readonly string[] {
  return name.includes('/') ? [name, name.slice(name.indexOf('/') + 1)] : [name];
}

const mostNamed = 20;

function someOf(names: readonly string[]): string {
  const some = names.slice(0, mostNamed).join(', ');
  return names.length <= mostNamed ? some : `${some} and ${names.length - mostNamed} more`;
}

function tableFits({ source, table }: PlacedTable, name: string): boolean {
  const name_ = storedName(table.source);
  const words = [
    name_,
    table.source,
    `${storedName(source.source_sf_schema)}.${name_}`,
    `${source.source_name}/${name_}`,
    formatTable(source, table, 'source'),
    formatTable(source, table, 'target'),
    tableKey(source, table),
  ];
  return words.includes(name);
}
