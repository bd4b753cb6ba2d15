import type { Finding, TablePlan } from '@snowmelt/core';

import { columnFault, identifierFault } from '../sql/quote-identifier.ts';
import { unsuitable } from '../describe/findings.ts';

/** PostgreSQL's limit of a table (https://www.postgresql.org/docs/current/limits.html). */
const mostColumns = 1600;

/** Names that PostgreSQL would cut or refuse, and columns that would be written twice. */
export function checkNames(table: TablePlan): readonly Finding[] {
  const { schema, name } = table.target;
  const columns = table.columns.map(({ target }) => target);
  return [
    ...[schema, name].flatMap((word) =>
      faulty(word, identifierFault(word), { fix: 'Choose another target name.' }),
    ),
    ...columns.flatMap((column) =>
      faulty(column, columnFault(column), {
        column,
        fix: 'Map it to another name with column_mapping.',
      }),
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

function faulty(
  name: string,
  fault: string | undefined,
  place: { readonly fix: string; readonly column?: string },
): readonly Finding[] {
  if (fault === undefined) return [];
  return [unsuitable({ message: `the name ${JSON.stringify(name)} ${fault}`, ...place })];
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
