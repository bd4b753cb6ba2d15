import type { QueryPlan } from '../sql/typed/typed.ts';
import { typeText } from '../sql/sql-type.ts';
import type { CatalogTable, CatalogView } from '../catalog/catalog-objects.ts';
import { TEXT_CELL, virtualRelation, type Cell, type VirtualColumns } from './virtual-relation.ts';

const COLUMNS: VirtualColumns = {
  name: TEXT_CELL,
  type: TEXT_CELL,
  kind: TEXT_CELL,
  'null?': TEXT_CELL,
  default: TEXT_CELL,
  'primary key': TEXT_CELL,
  'unique key': TEXT_CELL,
  check: TEXT_CELL,
  expression: TEXT_CELL,
  comment: TEXT_CELL,
  'policy name': TEXT_CELL,
  'privacy domain': TEXT_CELL,
  'write default': TEXT_CELL,
};

type Column = CatalogTable['columns'][number] | CatalogView['columns'][number];

/** https://docs.snowflake.com/en/sql-reference/sql/desc-table */
export function describeColumns(object: CatalogTable | CatalogView): QueryPlan {
  const rows = object.columns.map((column): Record<string, Cell> => ({
    name: column.name,
    type: typeText(column.type),
    kind: 'COLUMN',
    'null?': column.nullable ? 'Y' : 'N',
    default:
      identityText(column) ?? ('defaultText' in column ? (column.defaultText ?? null) : null),
    'primary key': keyed(object, 'PRIMARY KEY', column.name),
    'unique key': keyed(object, 'UNIQUE', column.name),
    comment: column.comment ?? null,
  }));
  return virtualRelation(COLUMNS, rows);
}

/** `IDENTITY START 1 INCREMENT 1 NOORDER` of a column that counts. */
export function identityText(column: Column): string | undefined {
  if (!('identity' in column) || column.identity === undefined) return undefined;
  const { start, step, ordered } = column.identity;
  return `IDENTITY START ${start} INCREMENT ${step} ${ordered ? 'ORDER' : 'NOORDER'}`;
}

function keyed(object: CatalogTable | CatalogView, type: string, name: string): string {
  if (object.kind === 'view') return 'N';
  return object.constraints.some((each) => each.type === type && each.columns.includes(name))
    ? 'Y'
    : 'N';
}
