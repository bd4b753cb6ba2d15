import type { CatalogColumn } from '../catalog/catalog-objects.ts';
import type { SqlType } from '../sql/sql-type.ts';
import { listObjects } from './list-objects.ts';
import { type Cell, type InformationView, NUMBER_CELL, TEXT_CELL } from './virtual-relation.ts';

/** The name that DATA_TYPE shows: VARCHAR is TEXT there. */
export function dataTypeName(type: SqlType): string {
  return type.name === 'VARCHAR' ? 'TEXT' : type.name;
}

/** https://docs.snowflake.com/en/sql-reference/info-schema/columns */
function typeFacts(type: SqlType): Readonly<Record<string, Cell>> {
  const isText = type.name === 'VARCHAR' || type.name === 'BINARY';
  const length = type.length ?? 0;
  const isNumber = type.name === 'NUMBER';
  const isTime = type.name === 'TIME' || type.name.startsWith('TIMESTAMP_');
  return {
    DATA_TYPE: dataTypeName(type),
    CHARACTER_MAXIMUM_LENGTH: isText ? length : null,
    CHARACTER_OCTET_LENGTH: isText ? length * (type.name === 'VARCHAR' ? 4 : 1) : null,
    NUMERIC_PRECISION: isNumber ? (type.precision ?? 38) : null,
    NUMERIC_PRECISION_RADIX: isNumber ? 10 : null,
    NUMERIC_SCALE: isNumber ? (type.scale ?? 0) : null,
    COLLATION_NAME: type.collation?.spec ?? null,
    DATETIME_PRECISION: isTime ? (type.scale ?? 9) : null,
  };
}

function identityFacts(identity: CatalogColumn['identity']): Readonly<Record<string, Cell>> {
  if (identity === undefined) return { IS_IDENTITY: 'NO' };
  return {
    IS_IDENTITY: 'YES',
    IDENTITY_GENERATION: 'BY DEFAULT',
    IDENTITY_START: identity.start,
    IDENTITY_INCREMENT: identity.step,
    IDENTITY_CYCLE: 'NO',
    IDENTITY_ORDERED: identity.ordered ? 'YES' : 'NO',
  };
}

export const COLUMNS_VIEW: InformationView = {
  columns: {
    TABLE_CATALOG: TEXT_CELL,
    TABLE_SCHEMA: TEXT_CELL,
    TABLE_NAME: TEXT_CELL,
    COLUMN_NAME: TEXT_CELL,
    ORDINAL_POSITION: NUMBER_CELL,
    COLUMN_DEFAULT: TEXT_CELL,
    IS_NULLABLE: TEXT_CELL,
    DATA_TYPE: TEXT_CELL,
    CHARACTER_MAXIMUM_LENGTH: NUMBER_CELL,
    CHARACTER_OCTET_LENGTH: NUMBER_CELL,
    NUMERIC_PRECISION: NUMBER_CELL,
    NUMERIC_PRECISION_RADIX: NUMBER_CELL,
    NUMERIC_SCALE: NUMBER_CELL,
    DATETIME_PRECISION: NUMBER_CELL,
    INTERVAL_TYPE: TEXT_CELL,
    INTERVAL_PRECISION: NUMBER_CELL,
    CHARACTER_SET_CATALOG: TEXT_CELL,
    CHARACTER_SET_SCHEMA: TEXT_CELL,
    CHARACTER_SET_NAME: TEXT_CELL,
    COLLATION_CATALOG: TEXT_CELL,
    COLLATION_SCHEMA: TEXT_CELL,
    COLLATION_NAME: TEXT_CELL,
    DOMAIN_CATALOG: TEXT_CELL,
    DOMAIN_SCHEMA: TEXT_CELL,
    DOMAIN_NAME: TEXT_CELL,
    UDT_CATALOG: TEXT_CELL,
    UDT_SCHEMA: TEXT_CELL,
    UDT_NAME: TEXT_CELL,
    SCOPE_CATALOG: TEXT_CELL,
    SCOPE_SCHEMA: TEXT_CELL,
    SCOPE_NAME: TEXT_CELL,
    MAXIMUM_CARDINALITY: NUMBER_CELL,
    DTD_IDENTIFIER: TEXT_CELL,
    IS_SELF_REFERENCING: TEXT_CELL,
    IS_IDENTITY: TEXT_CELL,
    IDENTITY_GENERATION: TEXT_CELL,
    IDENTITY_START: NUMBER_CELL,
    IDENTITY_INCREMENT: NUMBER_CELL,
    IDENTITY_MAXIMUM: TEXT_CELL,
    IDENTITY_MINIMUM: TEXT_CELL,
    IDENTITY_CYCLE: TEXT_CELL,
    IDENTITY_ORDERED: TEXT_CELL,
    SCHEMA_EVOLUTION_RECORD: TEXT_CELL,
    DATA_TYPE_ALIAS: TEXT_CELL,
    COMMENT: TEXT_CELL,
  },
  rows: (database, session) =>
    listObjects(session, database).flatMap((object) =>
      object.columns.map((column, i) => ({
        ...typeFacts(column.type),
        TABLE_CATALOG: object.database,
        TABLE_SCHEMA: object.schema,
        TABLE_NAME: object.name,
        COLUMN_NAME: column.name,
        ORDINAL_POSITION: i + 1,
        COLUMN_DEFAULT: 'defaultText' in column ? (column.defaultText ?? null) : null,
        IS_NULLABLE: column.nullable ? 'YES' : 'NO',
        IS_SELF_REFERENCING: 'NO',
        ...identityFacts('identity' in column ? column.identity : undefined),
        COMMENT: column.comment ?? null,
      })),
    ),
};
