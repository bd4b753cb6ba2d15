import { constraintName, referenced } from '../catalog/constraints.ts';
import { listObjects } from './list-objects.ts';
import { type InformationView, MOMENT_CELL, momentCell, TEXT_CELL } from './virtual-relation.ts';

/** https://docs.snowflake.com/en/sql-reference/info-schema/table_constraints */
export const CONSTRAINTS_VIEW: InformationView = {
  columns: {
    CONSTRAINT_CATALOG: TEXT_CELL,
    CONSTRAINT_SCHEMA: TEXT_CELL,
    CONSTRAINT_NAME: TEXT_CELL,
    TABLE_CATALOG: TEXT_CELL,
    TABLE_SCHEMA: TEXT_CELL,
    TABLE_NAME: TEXT_CELL,
    CONSTRAINT_TYPE: TEXT_CELL,
    IS_DEFERRABLE: TEXT_CELL,
    INITIALLY_DEFERRED: TEXT_CELL,
    ENFORCED: TEXT_CELL,
    COMMENT: TEXT_CELL,
    CREATED: MOMENT_CELL,
    LAST_ALTERED: MOMENT_CELL,
    RELY: TEXT_CELL,
  },
  rows: (database, session) =>
    listObjects(session, database).flatMap((object) =>
      object.kind === 'view'
        ? []
        : object.constraints.map((constraint, i) => ({
            CONSTRAINT_CATALOG: object.database,
            CONSTRAINT_SCHEMA: object.schema,
            CONSTRAINT_NAME: constraint.name ?? constraintName(object, i),
            TABLE_CATALOG: object.database,
            TABLE_SCHEMA: object.schema,
            TABLE_NAME: object.name,
            CONSTRAINT_TYPE: constraint.type,
            IS_DEFERRABLE: 'NO',
            INITIALLY_DEFERRED: 'YES',
            ENFORCED: 'NO',
            CREATED: momentCell(object.createdNs),
            LAST_ALTERED: momentCell(object.alteredNs),
            RELY: 'NO',
          })),
    ),
};

/** https://docs.snowflake.com/en/sql-reference/info-schema/referential_constraints */
export const REFERENCES_VIEW: InformationView = {
  columns: {
    CONSTRAINT_CATALOG: TEXT_CELL,
    CONSTRAINT_SCHEMA: TEXT_CELL,
    CONSTRAINT_NAME: TEXT_CELL,
    UNIQUE_CONSTRAINT_CATALOG: TEXT_CELL,
    UNIQUE_CONSTRAINT_SCHEMA: TEXT_CELL,
    UNIQUE_CONSTRAINT_NAME: TEXT_CELL,
    MATCH_OPTION: TEXT_CELL,
    UPDATE_RULE: TEXT_CELL,
    DELETE_RULE: TEXT_CELL,
    COMMENT: TEXT_CELL,
    CREATED: MOMENT_CELL,
    LAST_ALTERED: MOMENT_CELL,
  },
  rows: (database, session) =>
    listObjects(session, database).flatMap((table) =>
      table.kind === 'view'
        ? []
        : table.constraints.flatMap((constraint, i) => {
            const parent = referenced(constraint, table, session);
            if (parent === undefined) return [];
            return [
              {
                CONSTRAINT_CATALOG: table.database,
                CONSTRAINT_SCHEMA: table.schema,
                CONSTRAINT_NAME: constraint.name ?? constraintName(table, i),
                UNIQUE_CONSTRAINT_CATALOG: parent.database,
                UNIQUE_CONSTRAINT_SCHEMA: parent.schema,
                UNIQUE_CONSTRAINT_NAME: parent.keyName,
                MATCH_OPTION: 'FULL',
                UPDATE_RULE: 'NO ACTION',
                DELETE_RULE: 'NO ACTION',
                CREATED: momentCell(table.createdNs),
                LAST_ALTERED: momentCell(table.alteredNs),
              },
            ];
          }),
    ),
};
