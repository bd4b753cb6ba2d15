import type { RejectFilter } from '@snowmelt/core';

/** Of `snowmelt.rejects`, with the values of `filterValues`. */
export const filterSql = `
  ($1::text IS NULL OR run_id = $1)
  AND ($2::text IS NULL OR $2 IN (target_table, target_schema || '.' || target_table))`;

export function filterValues({ run, table }: RejectFilter): readonly (string | null)[] {
  return [run ?? null, table ?? null];
}
