import { quotedName, type Source, type TableSchema, type WorkContext } from '@snowmelt/core';

import type { Choice } from './choose-tables.ts';
import { fullRefresh, proposeTable, type Proposal } from './propose-table.ts';

export interface ProposedTable extends Proposal {
  readonly source: string;
}

export interface Composed {
  /** `sources[]` of the configuration. */
  readonly sources: readonly object[];
  readonly tables: readonly ProposedTable[];
}

/** A source for each schema, with what the catalog makes right for each of its tables. */
export async function composeSources(
  choices: readonly Choice[],
  targetDatabase: string,
  { source, context }: { readonly source: Source; readonly context: WorkContext },
): Promise<Composed> {
  const sources: object[] = [];
  const tables: ProposedTable[] = [];
  for (const group of groupsOf(choices)) {
    const described = await Promise.all(
      group.tables.map(({ ref }) => source.describe(ref, context)),
    );
    const proposed = described.map((schema, at): ProposedTable => {
      const listed = group.tables[at];
      if (listed === undefined) throw new RangeError(`${schema.ref.name} was not listed`);
      return { source: dotted(schema), ...proposeTable(schema, listed) };
    });
    tables.push(...proposed);
    const { database, schema } = group.place;
    sources.push({
      source_name: nameOf(group, choices),
      source_sf_database: written(database),
      source_sf_schema: written(schema),
      target_pg_database: targetDatabase,
      target_pg_schema: schema.toLowerCase(),
      defaults: fullRefresh,
      tables: entriesOf(group, described, proposed),
    });
  }
  return { sources, tables };
}

/** Choices of one schema are one source; a table that is chosen twice is one. */
function groupsOf(choices: readonly Choice[]) {
  const groups = Map.groupBy(choices, ({ place }) => JSON.stringify(place));
  return [...groups.values()].map((group) => {
    const tables = group.flatMap((choice) => choice.tables);
    return {
      place: (group[0] as Choice).place,
      patterns: group.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern])),
      matched: new Set(
        group.flatMap(({ pattern, tables: all }) =>
          pattern === undefined ? [] : all.map(({ ref }) => ref.name),
        ),
      ),
      tables: [...new Map(tables.map((table) => [table.ref.name, table])).values()],
    };
  });
}

type Group = ReturnType<typeof groupsOf>[number];

/** A wildcard stands for what has no entry of its own. */
function entriesOf(
  { matched, patterns }: Group,
  described: readonly TableSchema[],
  proposed: readonly ProposedTable[],
): readonly object[] {
  const own = described.flatMap((schema, at) => {
    const proposal = proposed[at];
    if (proposal === undefined) return [];
    const { keys, why } = proposal;
    if (keys === fullRefresh && matched.has(schema.ref.name)) return [];
    const entry = { source: written(schema.ref.name), _why: why };
    if (keys === fullRefresh) return [entry];
    const { truncate_onstart: full } = keys;
    return [{ ...entry, ...(full === true ? {} : notRefreshed), ...keys }];
  });
  return [...own, ...patterns.map((source) => ({ source }))];
}

/** What `defaults` says is not for tables that go another way. */
const notRefreshed = { truncate_onstart: false, refresh: 'truncate' } as const;

function nameOf({ place }: Group, choices: readonly Choice[]): string {
  const databases = new Set(choices.map((choice) => choice.place.database));
  const { database, schema } = place;
  const name = databases.size === 1 ? schema : `${database}_${schema}`;
  return name.toLowerCase().replaceAll(',', '_');
}

/** A name that could be read as a wildcard, or as a quoted one, is quoted. */
function written(name: string): string {
  return /[*"]/u.test(name) ? quotedName(name) : name;
}

function dotted({ ref }: TableSchema): string {
  return `${ref.database}.${ref.schema}.${ref.name}`;
}
