import type { CatalogTable, CatalogView } from '../catalog/catalog-objects.ts';
import type { CatalogSession } from '../catalog/catalog-session.ts';
import type { SqlType } from '../sql/sql-type.ts';
import { parseType } from '../sql/syntax/parse.ts';
import type { Show } from '../sql/syntax/statement.ts';
import { identityText } from './describe.ts';
import { requireFullPath, scoped, type Shown } from './show-scope.ts';
import { TEXT_CELL } from './virtual-relation.ts';

const NAMES: Readonly<Record<string, string>> = { NUMBER: 'FIXED', VARCHAR: 'TEXT', FLOAT: 'REAL' };

/** `{"type":"FIXED","precision":38,"scale":0,"nullable":true}`: measured by mlorek/frostlake, ddl-show-columns-descriptors. */
function typeJson(type: SqlType, nullable: boolean): object {
  const { name, precision, scale, length = 0 } = type;
  const base = { type: NAMES[name] ?? name };
  switch (name) {
    case 'NUMBER':
      return { ...base, precision, scale, nullable };
    case 'VARCHAR':
      return {
        ...base,
        length,
        byteLength: length * 4,
        nullable,
        fixed: false,
        ...collationOf(type),
      };
    case 'BINARY':
      return { ...base, length, byteLength: length, nullable, fixed: true };
    case 'GEOGRAPHY':
    case 'GEOMETRY':
      return { ...base, outputType: 'OBJECT', nullable };
    case 'VECTOR': {
      const element = parseType(type.element === 'INT' ? 'INT' : 'FLOAT');
      return { ...base, nullable, vectorElementType: typeJson(element, false), dimension: length };
    }
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return { ...base, precision: 0, scale, nullable };
    default:
      return { ...base, nullable, ...inside(type) };
  }
}

/** A key of its own, after all others (keboola/php-table-backend-utils, recorded from an account). */
function collationOf({ collation }: SqlType): { collation?: string } {
  const spec = collation?.spec ?? '';
  return spec === '' ? {} : { collation: spec };
}

/** What a structured type holds, each with a type of its own (mlorek/frostlake, ShowColumnsDataTypeTest). */
function inside({ name, spelling = '' }: SqlType): object {
  const parts = partsOf(/^\w+\((.*)\)$/su.exec(spelling)?.[1] ?? '');
  const [first, second] = parts;
  if (first === undefined) return {};
  if (name === 'ARRAY') return { elementType: partJson(first) };
  if (name === 'MAP' && second !== undefined) {
    return { keyType: partJson(`${first} NOT NULL`), valueType: partJson(second) };
  }
  if (name !== 'OBJECT') return {};
  const fields = parts.map((part) => {
    const [, key = '', type = ''] = /^("(?:[^"]|"")*"|\S+) (.*)$/su.exec(part) ?? [];
    const fieldName = key.startsWith('"') ? key.slice(1, -1).replaceAll('""', '"') : key;
    return { fieldName, fieldType: partJson(type) };
  });
  return { fields };
}

function partJson(text: string): object {
  const required = text.endsWith(' NOT NULL');
  return typeJson(parseType(text.replace(/(?: NOT NULL)+$/u, '')), !required);
}

/** Cut at commas outside of parentheses and quotes. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const [piece] of text.matchAll(/"(?:[^"]|"")*"|[\s\S]/gu)) {
    if (piece === '(') depth += 1;
    if (piece === ')') depth -= 1;
    if (piece === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += piece;
  }
  return part.trim() === '' ? parts : [...parts, part.trim()];
}

function inScope(show: Show, session: CatalogSession): (CatalogTable | CatalogView)[] {
  const { scope } = show;
  if (scope?.type === 'VIEW') requireFullPath(scope.name, 3);
  if (scope?.type === 'SCHEMA') requireFullPath(scope.name, 2);
  const bare = scope !== undefined && scope.type === undefined && scope.name.length > 0;
  return scoped(bare ? { ...show, scope: { ...scope, type: 'TABLE' } } : show, session);
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-columns */
export const COLUMNS: Shown = {
  name: 'column_name',
  ignoresPaging: true,
  terse: 'whole',
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
    schema_evolution_record: TEXT_CELL,
    write_default: TEXT_CELL,
  },
  rows: (show, session) =>
    inScope(show, session).flatMap((object) =>
      object.columns.map((column) => ({
        table_name: object.name,
        schema_name: object.schema,
        column_name: column.name,
        data_type: JSON.stringify(typeJson(column.type, column.nullable)),
        'null?': column.nullable ? 'true' : 'NOT_NULL',
        default: 'defaultText' in column ? (column.defaultText ?? '') : '',
        kind: 'COLUMN',
        expression: '',
        comment: column.comment ?? '',
        database_name: object.database,
        autoincrement: identityText(column) ?? '',
      })),
    ),
};
