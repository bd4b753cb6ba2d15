import type { Shown } from './show-objects.ts';
import { MOMENT_CELL, NUMBER_CELL, TEXT_CELL, momentCell } from './virtual-relation.ts';
import { constraintName } from './view-tables.ts';
import type { CatalogTable, CatalogView } from './catalog-objects.ts';
import type { CatalogSession } from './catalog-session.ts';
import type { Show } from '../sql/syntax/statement.ts';

export type Scoped = (show: Show, session: CatalogSession) => (CatalogTable | CatalogView)[];

/** A bare name after IN is a table's. */
function ofTable(show: Show): Show {
  const { scope } = show;
  if (scope === undefined || scope.type !== undefined || scope.name.length === 0) return show;
  return { ...show, scope: { ...scope, type: 'TABLE' } };
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-primary-keys: one row a column of a key. */
export function showKeys(type: 'PRIMARY KEY' | 'UNIQUE', scoped: Scoped): Shown {
  return {
    name: 'table_name',
    columns: {
      created_on: MOMENT_CELL,
      database_name: TEXT_CELL,
      schema_name: TEXT_CELL,
      table_name: TEXT_CELL,
      column_name: TEXT_CELL,
      key_sequence: NUMBER_CELL,
      constraint_name: TEXT_CELL,
      rely: TEXT_CELL,
      comment: TEXT_CELL,
    },
    rows: (show, session) =>
      scoped(ofTable(show), session).flatMap((table) =>
        table.kind === 'view'
          ? []
          : table.constraints.flatMap((constraint, i) =>
              constraint.type === type
                ? constraint.columns.map((column, position) => ({
                    created_on: momentCell(table.createdNs),
                    database_name: table.database,
                    schema_name: table.schema,
                    table_name: table.name,
                    column_name: column,
                    key_sequence: position + 1,
                    constraint_name: constraint.name ?? constraintName(table, i),
                    rely: 'false',
                    comment: null,
                  }))
                : [],
            ),
      ),
  };
}
