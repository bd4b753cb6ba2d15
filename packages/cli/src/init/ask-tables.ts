import type { ListedTable, Lists, WorkContext } from '@snowmelt/core';

import { formatBytes, formatRows } from '../show/quantities.ts';
import type { Choice } from './choose-tables.ts';

/** Schemas and their tables to choose from, with rows and sizes. */
export async function askTables(lists: Lists, context: WorkContext): Promise<readonly Choice[]> {
  const [{ default: checkbox }, { default: select }] = await Promise.all([
    import('@inquirer/checkbox'),
    import('@inquirer/select'),
  ]);
  const schemas = await lists.schemas(undefined, context);
  const places = await checkbox({
    message: 'Schemas (space chooses, enter goes on)',
    choices: schemas.map(({ database, schema, comment = '' }) => ({
      name: `${database}.${schema}`,
      value: { database, schema },
      ...(comment === '' ? {} : { description: comment }),
    })),
    pageSize: 15,
    required: true,
  });
  const choices: Choice[] = [];
  for (const place of places) {
    const listed = await lists.tables(place, context);
    const tables = listed.filter(({ kind }) => kind === 'table');
    const how = await select({
      message: `${place.database}.${place.schema}: ${formatRows(tables.length)} tables, ${formatRows(listed.length - tables.length)} views and others`,
      choices: [
        ...(tables.length === 0
          ? []
          : [{ value: 'all', name: 'all tables, also those that come later' }]),
        { value: 'some', name: 'choose' },
      ],
    });
    if (how === 'all') choices.push({ place, tables, pattern: '*' });
    else choices.push({ place, tables: await chooseSome(listed) });
  }
  return choices.filter(({ tables }) => tables.length > 0);
}

async function chooseSome(listed: readonly ListedTable[]): Promise<readonly ListedTable[]> {
  const { default: checkbox } = await import('@inquirer/checkbox');
  return await checkbox({
    message: 'Tables',
    choices: listed.map((table) => ({ name: tableLine(table), value: table })),
    pageSize: 20,
    required: true,
  });
}

/** `ORDERS  1,204,311 rows, 80.1 MB`; of what is no plain table its kind. */
function tableLine({ ref, what, rows, bytes }: ListedTable): string {
  const size = [
    ...(what === 'a table' ? [] : [what]),
    ...(rows === undefined ? [] : [`${formatRows(rows)} rows`]),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
  ];
  return size.length === 0 ? ref.name : `${ref.name}  ${size.join(', ')}`;
}
