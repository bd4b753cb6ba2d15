import { compareWatermarks, type ColumnSchema, type TablePlan } from '@snowmelt/core';

import type { TextRow } from './rows.ts';

/** The test that the plan's bound makes of a row. */
export function watermarkFilter(
  { watermark }: TablePlan,
  columns: readonly ColumnSchema[],
): (row: TextRow) => boolean {
  if (watermark?.from === undefined) return () => true;
  const { from, column } = watermark;
  const index = columns.findIndex(({ name }) => name === column.source.name);
  return (row) => {
    const field = row[index] ?? null;
    if (field === null) return from.orNull;
    const compared = compareWatermarks(column.source.type, field, from.value);
    return from.inclusive ? compared >= 0 : compared > 0;
  };
}
