import { SnowmeltError, type TableRef } from '@snowmelt/core';

/** PostgreSQL cuts longer names off without a word (NAMEDATALEN - 1), so they are refused. */
export const maxIdentifierBytes = 63;

/** Why PostgreSQL can't take the name as it is; `undefined` where it can. */
export function identifierFault(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes('\0')) return 'holds a NUL character';
  const bytes = Buffer.byteLength(name);
  return bytes > maxIdentifierBytes ? `has ${bytes} bytes of at most 63` : undefined;
}

/**
 * Names that every table has already (https://www.postgresql.org/docs/current/ddl-system-columns.html);
 * `oid` is free since PostgreSQL 12.
 */
const systemColumns: ReadonlySet<string> = new Set([
  'ctid',
  'xmin',
  'xmax',
  'cmin',
  'cmax',
  'tableoid',
]);

/** Why the name can't be that of a column; `undefined` where it can. */
export function columnFault(name: string): string | undefined {
  if (systemColumns.has(name)) return 'is that of a system column of PostgreSQL';
  return identifierFault(name);
}

/** The one way into SQL for a name: quoted, so that nothing is folded and nothing ends it. */
export function quoteIdentifier(name: string): string {
  const fault = identifierFault(name);
  if (fault !== undefined) {
    throw new SnowmeltError(
      'TARGET.TABLE_UNSUITABLE',
      `the name ${JSON.stringify(name)} ${fault}`,
      {
        fix: 'Choose another name for it in the configuration (target, column_mapping).',
      },
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteTable(ref: Pick<TableRef, 'schema' | 'name'>): string {
  return `${quoteIdentifier(ref.schema)}.${quoteIdentifier(ref.name)}`;
}
