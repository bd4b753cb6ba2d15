import { SnowmeltError, type ColumnPair, type TablePlan, type TableSchema } from '@snowmelt/core';

import { readType } from '../sql/postgres-type.ts';
import { widerType } from '../types/widening.ts';

export interface PendingWidening {
  readonly column: string;
  readonly to: string;
}

/**
 * The widenings of the plan that are still to be made. A column that another table of the run has
 * widened meanwhile grows on from there. Throws where it is of another family of types by now.
 */
export function pendingWidenings(
  { target, columns }: TablePlan,
  existing: TableSchema,
): readonly PendingWidening[] {
  const types = new Map(existing.columns.map(({ name, nativeType }) => [name, nativeType]));
  return columns.flatMap((pair) => {
    const type = types.get(pair.target);
    if (pair.widen === undefined || type === undefined) return [];
    const to = nextType(pair, pair.widen, type);
    if (to === 'unsuitable') throw altered(pair, target.name, type);
    return to === undefined ? [] : [{ column: pair.target, to }];
  });
}

function nextType(
  { source, target }: ColumnPair,
  { from, to }: NonNullable<ColumnPair['widen']>,
  type: string,
): string | undefined {
  if (type === from || type === to) return type === to ? undefined : to;
  const families = [from, to].map((one) => readType(one).class);
  if (!families.includes(readType(type).class)) return 'unsuitable';
  return widerType(source.type, { ...source, name: target, nativeType: type })?.to;
}

function altered({ target, widen }: ColumnPair, table: string, type: string): SnowmeltError {
  return new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `column ${target} of ${table} was ${widen?.from} when the run was planned and is ${type} now`,
    { place: { column: target }, fix: 'Start a new run with --no-resume, which plans it anew.' },
  );
}
