import { OWN_SCHEMA } from './own-views.ts';
import {
  type InformationView,
  MOMENT_CELL,
  momentCell,
  NUMBER_CELL,
  TEXT_CELL,
} from './virtual-relation.ts';

const yes = (value: boolean): string => (value ? 'YES' : 'NO');

/** https://docs.snowflake.com/en/sql-reference/info-schema/databases */
export const DATABASES_VIEW: InformationView = {
  columns: {
    DATABASE_NAME: TEXT_CELL,
    DATABASE_OWNER: TEXT_CELL,
    IS_TRANSIENT: TEXT_CELL,
    COMMENT: TEXT_CELL,
    CREATED: MOMENT_CELL,
    LAST_ALTERED: MOMENT_CELL,
    RETENTION_TIME: NUMBER_CELL,
    TYPE: TEXT_CELL,
    REPLICABLE_WITH_FAILOVER_GROUPS: TEXT_CELL,
    OWNER_ROLE_TYPE: TEXT_CELL,
  },
  rows: (_database, { shared }) =>
    [...shared.catalog.databases.values()].map((database) => ({
      DATABASE_NAME: database.name,
      DATABASE_OWNER: 'ACCOUNTADMIN',
      IS_TRANSIENT: yes(database.transient),
      COMMENT: database.comment ?? null,
      CREATED: momentCell(database.createdNs),
      LAST_ALTERED: momentCell(database.createdNs),
      RETENTION_TIME: database.retentionDays ?? 1,
      TYPE: database.origin === undefined ? 'STANDARD' : 'IMPORTED DATABASE',
      REPLICABLE_WITH_FAILOVER_GROUPS: 'NO',
      OWNER_ROLE_TYPE: 'ROLE',
    })),
};

/** https://docs.snowflake.com/en/sql-reference/info-schema/schemata */
export const SCHEMATA_VIEW: InformationView = {
  columns: {
    CATALOG_NAME: TEXT_CELL,
    SCHEMA_NAME: TEXT_CELL,
    SCHEMA_OWNER: TEXT_CELL,
    IS_TRANSIENT: TEXT_CELL,
    IS_MANAGED_ACCESS: TEXT_CELL,
    RETENTION_TIME: NUMBER_CELL,
    DEFAULT_CHARACTER_SET_CATALOG: TEXT_CELL,
    DEFAULT_CHARACTER_SET_SCHEMA: TEXT_CELL,
    DEFAULT_CHARACTER_SET_NAME: TEXT_CELL,
    SQL_PATH: TEXT_CELL,
    CREATED: MOMENT_CELL,
    LAST_ALTERED: MOMENT_CELL,
    COMMENT: TEXT_CELL,
  },
  rows: (name, { shared }) => {
    const database = shared.catalog.database(name);
    const own = { CATALOG_NAME: name, SCHEMA_NAME: OWN_SCHEMA, IS_TRANSIENT: 'NO' };
    const made = [...database.schemas.values()].map((schema) => ({
      CATALOG_NAME: name,
      SCHEMA_NAME: schema.name,
      SCHEMA_OWNER: 'ACCOUNTADMIN',
      IS_TRANSIENT: yes(schema.transient),
      IS_MANAGED_ACCESS: 'NO',
      RETENTION_TIME: schema.retentionDays ?? database.retentionDays ?? 1,
      CREATED: momentCell(schema.createdNs),
      LAST_ALTERED: momentCell(schema.createdNs),
      COMMENT: schema.comment ?? null,
    }));
    return [...made, { ...own, IS_MANAGED_ACCESS: 'NO', RETENTION_TIME: 1 }];
  },
};

/** https://docs.snowflake.com/en/sql-reference/info-schema/information_schema_catalog_name */
export const CATALOG_NAME_VIEW: InformationView = {
  columns: { CATALOG_NAME: TEXT_CELL },
  rows: (database) => [{ CATALOG_NAME: database }],
};

/** https://docs.snowflake.com/en/sql-reference/info-schema/enabled_roles */
export const ROLES_VIEW: InformationView = {
  columns: { ROLE_NAME: TEXT_CELL, ROLE_OWNER: TEXT_CELL },
  rows: (_database, { shared }) =>
    [...shared.catalog.roles.keys()].map((name) => ({ ROLE_NAME: name, ROLE_OWNER: '' })),
};
