import { type ColumnSchema, compareWatermarks, type TablePlan, watermarkOf } from '@snowmelt/core';

import type { TextRow } from './rows.ts';

/** The test that the plan's bound makes of a row. */
export function watermarkFilter(
  plan: TablePlan,
  columns: readonly ColumnSchema[],
): (row: TextRow) => boolean {
  const watermark = watermarkOf(plan);
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
