import { deleteMissingOf, type Finding, type TablePlan, type TableSchema } from '@snowmelt/core';

/** Whether there is a column for the marks of soft deletes, or leave to make it. */
export function checkMark(plan: TablePlan, existing: TableSchema | undefined): readonly Finding[] {
  const deleteMissing = deleteMissingOf(plan);
  if (deleteMissing?.how !== 'soft' || existing === undefined || deleteMissing.addsColumn)
    return [];
  const { column } = deleteMissing;
  if (existing.columns.some(({ name }) => name === column)) return [];
  return [
    {
      code: 'TARGET.TABLE_UNSUITABLE',
      severity: 'error',
      message: `no column ${column} to mark rows in`,
      column,
      fix: 'Add it.',
    },
  ];
}
