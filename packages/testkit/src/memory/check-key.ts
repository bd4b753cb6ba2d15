import type { Finding, TablePlan, TableSchema } from '@snowmelt/core';

/** The only unique key of a table in memory is its primary key. */
export function checkKey(
  { keyColumns }: TablePlan,
  existing: TableSchema | undefined,
): readonly Finding[] {
  if (keyColumns.length === 0 || existing === undefined) return [];
  const key = JSON.stringify(existing.primaryKey.toSorted());
  if (key === JSON.stringify(keyColumns.toSorted())) return [];
  return [
    {
      code: 'TARGET.TABLE_UNSUITABLE',
      severity: 'error',
      message: `no unique key over ${keyColumns.join(', ')}`,
      fix: 'Add one.',
    },
  ];
}
