import {
  inCapitals,
  isWildcard,
  matcher,
  SnowmeltError,
  type ListedTable,
  type Lists,
  type Source,
  type TableRef,
  type WorkContext,
} from '@snowmelt/core';

/** Tables of one schema that are to be moved. */
export interface Choice {
  readonly place: Pick<TableRef, 'database' | 'schema'>;
  readonly tables: readonly ListedTable[];
  /** The wildcard that stands for them, also for those that come later. Absent: each is named. */
  readonly pattern?: string;
}

/** `DB.SCHEMA.TABLE` as it is written: names in quotes may hold dots. */
export function readName(text: string): readonly string[] {
  const parts = text.match(/"(?:[^"]|"")*"|[^."]+/gu) ?? [];
  return parts.join('.') === text ? parts : [];
}

/** The stored name of a database or schema: without quotes it is in capitals. */
export function placeName(written: string): string {
  const quoted = /^"(?<inner>.*)"$/su.exec(written)?.groups?.['inner'];
  return quoted === undefined ? written.toUpperCase() : quoted.replaceAll('""', '"');
}

export function listsOf({ lists }: Source): Lists {
  if (lists !== undefined) return lists;
  throw new SnowmeltError('CONFIG.UNSUPPORTED', 'this source lists no tables');
}

/** What `--table DB.SCHEMA.NAME` means, with `*` in the name or without. */
export async function chooseTables(
  text: string,
  lists: Lists,
  context: WorkContext,
): Promise<Choice> {
  const [database, schema, name, ...more] = readName(text);
  if (database === undefined || schema === undefined || name === undefined || more.length > 0) {
    throw new SnowmeltError('CLI.USAGE', `--table ${text} is no DB.SCHEMA.TABLE`, {
      fix: "Say for instance --table 'SALES.PUBLIC.*'; snowmelt discover lists what is there.",
    });
  }
  const place = { database: placeName(database), schema: placeName(schema) };
  const listed = await lists.tables(place, context);
  const tables = namedTables(listed, name);
  if (tables.length > 0)
    return isWildcard(name) ? { place, tables, pattern: name } : { place, tables };
  throw new SnowmeltError('CONFIG.NO_SUCH_TABLE', `${text} is no table that the role may see`, {
    fix: `snowmelt discover ${database}.${schema} lists what is there.`,
  });
}

/** With a wildcard tables alone, as in the configuration. */
function namedTables(listed: readonly ListedTable[], name: string): readonly ListedTable[] {
  const wanted = isWildcard(name) ? listed.filter(({ kind }) => kind === 'table') : listed;
  const named = [name, inCapitals(name) ?? name].map((written) => {
    const fits = matcher(written);
    return wanted.filter(({ ref }) => fits(ref.name));
  });
  return named.find((found) => found.length > 0) ?? [];
}
