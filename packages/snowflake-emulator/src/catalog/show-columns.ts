import type { SqlType } from '../sql/sql-type.ts';
import type { Scoped } from './show-keys.ts';
import type { Shown } from './show-objects.ts';
import { TEXT_CELL } from './virtual-relation.ts';

/** The JSON of `data_type`: `{"type":"FIXED","precision":38,"scale":0,"nullable":true}`. */
function typeJson(type: SqlType, nullable: boolean): string {
  const names: Readonly<Record<string, string>> = {
    NUMBER: 'FIXED',
    VARCHAR: 'TEXT',
    FLOAT: 'REAL',
  };
  const { name, precision, scale, length } = type;
  const base = { type: names[name] ?? name };
  if (name === 'NUMBER') return JSON.stringify({ ...base, precision, scale, nullable });
  if (name === 'VARCHAR')
    return JSON.stringify({
      ...base,
      length,
      byteLength: Math.min(16_777_216, (length ?? 0) * 4),
      nullable,
      fixed: false,
    });
  if (scale !== undefined) return JSON.stringify({ ...base, precision: 0, scale, nullable });
  return JSON.stringify({ ...base, ...(length === undefined ? {} : { length }), nullable });
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-columns */
export function showColumns(scoped: Scoped): Shown {
  return {
    name: 'column_name',
    columns: {
      table_name: TEXT_CELL,
      schema_name: TEXT_CELL,
      column_name: TEXT_CELL,
      data_type: TEXT_CELL,
      'null?': TEXT_CELL,
      default: TEXT_CELL,
      kind: TEXT_CELL,
      expression: TEXT_CELL,
      comment: TEXT_CELL,
      database_name: TEXT_CELL,
      autoincrement: TEXT_CELL,
    },
    rows: (show, session) =>
      scoped(show, session).flatMap((object) =>
        object.columns.map((column) => ({
          table_name: object.name,
          schema_name: object.schema,
          column_name: column.name,
          data_type: typeJson(column.type, column.nullable),
          'null?': column.nullable ? 'true' : 'NOT_NULL',
          default: 'defaultText' in column ? (column.defaultText ?? '') : '',
          kind: 'COLUMN',
          expression: '',
          comment: column.comment ?? '',
          database_name: object.database,
          autoincrement:
            'identity' in column && column.identity !== undefined
              ? `IDENTITY START ${column.identity.start} INCREMENT ${column.identity.step} ORDER`
              : '',
        })),
      ),
  };
}
