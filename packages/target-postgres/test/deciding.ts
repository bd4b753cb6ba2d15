import type { ColumnPair, LogicalType, TablePlan, TypeDecisions } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';

import { column, planFor, type Bench } from './fixtures.ts';

export const decimal = (precision: number, scale = 0): LogicalType => ({
  kind: 'decimal',
  precision,
  scale,
});

/** A column of the source that goes into the target's column of the same name. */
export const source = (name: string, type: LogicalType, nativeType: string): ColumnPair => ({
  source: { ...column(name.toUpperCase(), type), nativeType },
  target: name,
});

/** What the target decides of `public.t`. */
export async function decide(
  on: Bench,
  pairs: readonly ColumnPair[],
  mayWiden = true,
): Promise<TypeDecisions> {
  const context = testContext();
  const table = planFor(on.database).target;
  const existing = await on.target.describe(table, context);
  return on.target.createsTables.decideTypes(
    { table, pairs, existing, mayWiden, compared: [] },
    context,
  );
}

/** A plan as the engine makes it of what the target decides. */
export async function decidedPlan(
  on: Bench,
  pairs: readonly ColumnPair[],
  parts: Partial<TablePlan> = {},
): Promise<{ readonly plan: TablePlan; readonly notices: readonly string[] }> {
  const { decisions, notices } = await decide(on, pairs);
  const columns = pairs.map((pair) => {
    const { type, newType, widen } =
      decisions.find(({ column: name }) => name === pair.target) ?? {};
    return {
      ...pair,
      ...(type === undefined ? {} : { targetType: type }),
      ...(newType === undefined ? {} : { newType }),
      ...(widen === undefined ? {} : { widen }),
    };
  });
  return { plan: planFor(on.database, { columns, ...parts }), notices };
}

/** The types of the columns of `public.t`, as `format_type` spells them. */
export async function typesOf(on: Bench): Promise<Record<string, string>> {
  const { rows } = await on.sql.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = 'public.t'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
}
