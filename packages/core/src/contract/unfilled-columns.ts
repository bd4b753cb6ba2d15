import type { Finding } from './finding.ts';
import type { TablePlan } from './table-plan.ts';
import type { TableSchema } from './table-schema.ts';

/** Columns of an existing table that no row can do without, and that no column of the source goes into. */
export function unfilledColumns(
  { columns }: TablePlan,
  existing: TableSchema | undefined,
): readonly Finding[] {
  const filled = new Set(columns.map(({ target }) => target));
  const needed = (existing?.columns ?? []).filter(
    ({ name, nullable, hasDefault, generated }) =>
      !nullable && !hasDefault && !generated && !filled.has(name),
  );
  return needed.map(({ name }) => ({
    code: 'TARGET.TABLE_UNSUITABLE',
    severity: 'error',
    message: `column ${name} is NOT NULL, has no default, and no source column fills it`,
    column: name,
    fix: 'Map a source column to it with column_mapping, or give it a default.',
  }));
}
