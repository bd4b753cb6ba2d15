import type { Finding, TablePlan } from '@snowmelt/core';

import { identifierFault } from '../quote-identifier.ts';
import { unsuitable } from './findings.ts';

/** PostgreSQL's limit of a table (https://www.postgresql.org/docs/current/limits.html). */
const mostColumns = 1600;

/** Names that PostgreSQL would cut or refuse, and columns that would be written twice. */
export function checkNames(table: TablePlan): readonly Finding[] {
  const { schema, name } = table.target;
  const columns = table.columns.map(({ target }) => target);
  return [
    ...[schema, name].flatMap((word) => faulty(word, 'Choose another target name.')),
    ...columns.flatMap((column) =>
      faulty(column, 'Map it to another name with column_mapping.', column),
    ),
    ...repeated(columns).map((column) =>
      unsuitable({
        column,
        message: `two source columns go into column ${column}`,
        fix: 'Map one of them to another name with column_mapping, or leave it out.',
      }),
    ),
    ...(columns.length <= mostColumns
      ? []
      : [
          unsuitable({
            message: `${columns.length} columns are more than PostgreSQL's ${mostColumns}`,
            fix: 'Leave columns out.',
          }),
        ]),
  ];
}

function faulty(name: string, fix: string, column?: string): readonly Finding[] {
  const fault = identifierFault(name);
  if (fault === undefined) return [];
  const message = `the name ${JSON.stringify(name)} ${fault}`;
  return [unsuitable({ message, fix, ...(column === undefined ? {} : { column }) })];
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
