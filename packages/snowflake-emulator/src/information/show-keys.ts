import type { CatalogTable } from '../catalog/catalog-objects.ts';
import type { CatalogSession } from '../catalog/catalog-session.ts';
import { constraintName, referenced } from '../catalog/constraints.ts';
import type { Show } from '../sql/syntax/statement.ts';
import { scoped, type Shown } from './show-scope.ts';
import {
  type Cell,
  MOMENT_CELL,
  momentCell,
  NUMBER_CELL,
  TEXT_CELL,
  type VirtualColumns,
} from './virtual-relation.ts';

/** A bare name after IN is a table's. */
function tablesOf(show: Show, session: CatalogSession): CatalogTable[] {
  const { scope } = show;
  const bare = scope !== undefined && scope.type === undefined && scope.name.length > 0;
  const own: Show = bare ? { ...show, scope: { ...scope, type: 'TABLE' } } : show;
  return scoped(own, session).filter((object) => object.kind === 'table');
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-primary-keys: one row a column of a key. */
export function showKeys(type: 'PRIMARY KEY' | 'UNIQUE'): Shown {
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
    terse: 'whole',
    rows: (show, session) =>
      tablesOf(show, session).flatMap((table) =>
        table.constraints.flatMap((constraint, i) =>
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
              }))
            : [],
        ),
      ),
  };
}

const FOREIGN_COLUMNS: VirtualColumns = {
  created_on: MOMENT_CELL,
  pk_database_name: TEXT_CELL,
  pk_schema_name: TEXT_CELL,
  pk_table_name: TEXT_CELL,
  pk_column_name: TEXT_CELL,
  fk_database_name: TEXT_CELL,
  fk_schema_name: TEXT_CELL,
  fk_table_name: TEXT_CELL,
  fk_column_name: TEXT_CELL,
  key_sequence: NUMBER_CELL,
  update_rule: TEXT_CELL,
  delete_rule: TEXT_CELL,
  fk_name: TEXT_CELL,
  pk_name: TEXT_CELL,
  deferrability: TEXT_CELL,
  rely: TEXT_CELL,
  comment: TEXT_CELL,
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-imported-keys: the keys that a table refers to. */
export const IMPORTED_KEYS: Shown = {
  name: 'fk_table_name',
  columns: FOREIGN_COLUMNS,
  terse: 'whole',
  rows: (show, session) => tablesOf(show, session).flatMap((table) => foreignRows(table, session)),
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-exported-keys: who refers to a table's keys. */
export const EXPORTED_KEYS: Shown = {
  name: 'pk_table_name',
  columns: FOREIGN_COLUMNS,
  terse: 'whole',
  rows: (show, session) => {
    const wanted = new Set(tablesOf(show, session).map(fullName));
    const all: Show = { ...show, scope: { type: 'ACCOUNT', name: [] } };
    return tablesOf(all, session)
      .flatMap((table) => foreignRows(table, session))
      .filter((row) =>
        wanted.has(
          JSON.stringify([row['pk_database_name'], row['pk_schema_name'], row['pk_table_name']]),
        ),
      );
  },
};

const fullName = ({ database, schema, name }: CatalogTable): string =>
  JSON.stringify([database, schema, name]);

function foreignRows(table: CatalogTable, session: CatalogSession): Record<string, Cell>[] {
  return table.constraints.flatMap((constraint, i) => {
    const parent = referenced(constraint, table, session);
    if (parent === undefined) return [];
    return constraint.columns.map((column, position) => ({
      created_on: momentCell(table.createdNs),
      pk_database_name: parent.database,
      pk_schema_name: parent.schema,
      pk_table_name: parent.name,
      pk_column_name: parent.columns[position] ?? null,
      fk_database_name: table.database,
      fk_schema_name: table.schema,
      fk_table_name: table.name,
      fk_column_name: column,
      key_sequence: position + 1,
      update_rule: 'NO ACTION',
      delete_rule: 'NO ACTION',
      fk_name: constraint.name ?? constraintName(table, i),
      pk_name: parent.keyName,
      deferrability: 'NOT DEFERRABLE',
      rely: 'false',
    }));
  });
}
