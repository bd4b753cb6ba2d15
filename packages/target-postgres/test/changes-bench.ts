import { SnowmeltError, type PlanParts, type TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';

import { chunkOf, csv, integer, opening, pair, planFor, text, type Bench } from './fixtures.ts';

export type Rows = readonly (readonly (string | null)[])[];

export const context = testContext();
export const at = (hour: number) => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000000000Z`;

/** A plan of `public.t (id, name, code)`: all rows up to an hour, or the changes since another. */
export function planAt(on: Bench, hour: number, from?: number, parts: PlanParts = {}): TablePlan {
  const feed = 'the table';
  return planFor(on.database, {
    run: `run-${hour}`,
    columns: [pair('id', integer), pair('name', text), pair('code', text)],
    mode: from === undefined ? 'append' : 'changes',
    keyColumns: ['id'],
    snapshot: { pinned: true, at: at(hour) },
    changes: from === undefined ? { feed } : { feed, from: at(from) },
    ...parts,
  });
}

export async function loadAll({ target }: Bench, plan: TablePlan, rows: Rows): Promise<void> {
  await target.prepare(plan, context);
  await target.load(plan, chunkOf('1'), opening(csv(rows), rows.length), context);
}

/** A table with its first rows, which the run of hour 1 has loaded. */
export async function begin(on: Bench, ddl: string, rows: Rows): Promise<void> {
  await on.sql.query(ddl);
  const plan = planAt(on, 1);
  await loadAll(on, plan, rows);
  await on.target.publish(plan, context);
}

/** Changes of hour 2, published. */
export async function change(on: Bench, changes: Rows, parts: PlanParts = {}): Promise<void> {
  const plan = planAt(on, 2, 1, parts);
  await loadAll(on, plan, changes);
  await on.target.publish(plan, context);
}

export async function stored({ sql }: Bench, what = 'id, name, code'): Promise<string[]> {
  const query = `SELECT concat_ws(' ', ${what}) AS row FROM public.t ORDER BY id NULLS LAST`;
  return (await sql.query<{ row: string }>(query)).rows.map(({ row }) => row);
}

export const plain = `CREATE TABLE public.t (id bigint PRIMARY KEY, name text NOT NULL, code text UNIQUE)`;
export const two: Rows = [
  ['1', 'one', 'a'],
  ['2', 'two', 'b'],
];

export async function refused(promise: Promise<unknown>): Promise<SnowmeltError> {
  const error: unknown = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof SnowmeltError) return error;
  throw new Error('expected a failure of the catalogue', { cause: error });
}
