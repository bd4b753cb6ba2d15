import type { TableSchema } from '../contract/table-schema.ts';
import { findName } from './find-name.ts';
import type { ColumnChoice, TableJob } from '../contract/table-job.ts';

/**
 * The choice of columns, with the watermark's place: two names that have nothing in common are a
 * mapping, where the column has no other place.
 */
export function watermarkMapped(
  { columns, watermark }: TableJob,
  source: TableSchema,
  existing: TableSchema | undefined,
): ColumnChoice {
  if (watermark === undefined) return columns;
  const name = findName(namesOf(source), watermark.source);
  if (name === undefined || columns.mapping[name] !== undefined) return columns;
  const targets = existing === undefined ? [] : namesOf(existing);
  const hasPlace =
    name.toLowerCase() === watermark.target.toLowerCase() || findName(targets, name) !== undefined;
  if (hasPlace) return columns;
  const target = findName(targets, watermark.target) ?? watermark.target;
  return { ...columns, mapping: { ...columns.mapping, [name]: target } };
}

function namesOf({ columns }: TableSchema): readonly string[] {
  return columns.map(({ name }) => name);
}
