import {
  SnowmeltError,
  type ListedSchema,
  type ListedTable,
  type Lists,
  type WorkContext,
} from '@snowmelt/core';

import { chooseTables, placeName, readName } from '../init/choose-tables.ts';
import { formatBytes, formatRows } from '../show/quantities.ts';
import { formatTable } from '../show/text-table.ts';

export interface DiscoverView {
  /** Of all databases, or of the one that is named; empty where a schema is named. */
  readonly schemas: readonly ListedSchema[];
  readonly tables: readonly ListedTable[];
}

/** Nothing named: schemas. A database: its schemas with their tables. A schema: its tables. */
export async function discover(
  named: string | undefined,
  lists: Lists,
  context: WorkContext,
): Promise<DiscoverView> {
  if (named === undefined) return { schemas: await lists.schemas(undefined, context), tables: [] };
  const [database, schema, name] = readName(named);
  if (database === undefined) {
    throw new SnowmeltError('CLI.USAGE', `${named} is no DB, DB.SCHEMA or DB.SCHEMA.TABLE`);
  }
  if (name !== undefined) {
    return { schemas: [], tables: (await chooseTables(named, lists, context)).tables };
  }
  if (schema !== undefined) {
    const place = { database: placeName(database), schema: placeName(schema) };
    return { schemas: [], tables: await lists.tables(place, context) };
  }
  const schemas = await lists.schemas(placeName(database), context);
  const tables: ListedTable[] = [];
  for (const place of schemas) tables.push(...(await lists.tables(place, context)));
  return { schemas, tables };
}

/** From this width on there is room for comments. */
const roomForComments = 100;
const commentWidth = 40;

export function formatDiscover(
  { schemas, tables }: DiscoverView,
  width: number,
): readonly string[] {
  const comments = width >= roomForComments;
  const column = comments ? [{ title: 'Comment' }] : [];
  const cell = (comment = '') => (comments ? [shorten(comment)] : []);
  if (tables.length === 0) {
    if (schemas.length === 0) return ['There is nothing that the role may see.'];
    const rows = schemas.map(({ database, schema, comment }) => [
      `${database}.${schema}`,
      ...cell(comment),
    ]);
    return formatTable([{ title: 'Schema' }, ...column], rows, width);
  }
  const rows = tables.map(({ ref, what, rows: count, bytes, comment }) => [
    `${ref.database}.${ref.schema}.${ref.name}`,
    what.replace(/^an? /u, ''),
    count === undefined ? '' : formatRows(count),
    bytes === undefined ? '' : formatBytes(bytes),
    ...cell(comment),
  ]);
  const right = 'right' as const;
  const titles = [
    { title: 'Table' },
    { title: 'Kind' },
    { title: 'Rows', align: right },
    { title: 'Size', align: right },
    ...column,
  ];
  return formatTable(titles, rows, width);
}

/** One line, however it was written. */
function shorten(comment: string): string {
  const line = comment.replaceAll(/\s+/gu, ' ');
  return line.length <= commentWidth ? line : `${line.slice(0, commentWidth - 1)}…`;
}
