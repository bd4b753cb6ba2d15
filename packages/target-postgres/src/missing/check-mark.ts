import {
  type DeleteMissing,
  deleteMissingOf,
  type Finding,
  type TablePlan,
  type TableSchema,
} from '@snowmelt/core';

import { unsuitable } from '../describe/findings.ts';
import { columnFault, quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';

/** Whether the column of the marks is there, and takes them. */
export function checkMark(
  table: TablePlan,
  existing: TableSchema,
  { column, addsColumn }: Extract<DeleteMissing, { how: 'soft' }>,
): readonly Finding[] {
  const found = existing.columns.find(({ name }) => name === column);
  if (found === undefined) {
    if (addsColumn) return [];
    const alter = `ALTER TABLE ${quoteTable(table.target)} ADD COLUMN ${quoteIdentifier(column)} timestamptz;`;
    return [
      unsuitable({
        column,
        message: `${table.target.schema}.${table.target.name} has no column ${column}, which delete_missing: soft marks rows in`,
        fix: `${alter} or set schema_evolution: create_and_add, or name another soft_delete_column.`,
      }),
    ];
  }
  const { type, nullable, generated, nativeType } = found;
  const fits = type.kind === 'timestamp' && type.zone === 'instant' && nullable && !generated;
  if (fits) return [];
  return [
    unsuitable({
      column,
      message: `column ${column} is ${nativeType}${nullable ? '' : ' NOT NULL'}; delete_missing: soft needs a timestamptz that takes NULL`,
      fix: 'Change the column, or name another soft_delete_column.',
    }),
  ];
}

/** Whether the mark has a name and a place of its own; also of a table that the run creates. */
export function checkMarkName(table: TablePlan): readonly Finding[] {
  const deleteMissing = deleteMissingOf(table);
  if (deleteMissing?.how !== 'soft') return [];
  const { column } = deleteMissing;
  const fix = 'Name another soft_delete_column.';
  const fault = columnFault(column);
  const taken = table.columns.some(({ target }) => target === column);
  const goesInto = `a source column goes into ${column}, which delete_missing: soft marks rows in`;
  return [
    ...(fault === undefined
      ? []
      : [unsuitable({ column, message: `the name ${JSON.stringify(column)} ${fault}`, fix })]),
    ...(taken ? [unsuitable({ column, message: goesInto, fix })] : []),
  ];
}
