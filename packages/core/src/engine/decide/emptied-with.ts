import { modeTraits } from '../../contract/mode-traits.ts';
import type { EmptiedTable } from '../../contract/table-plan.ts';
import type { TableRef } from '../../contract/table-schema.ts';
import type { Target } from '../../contract/target.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import type { TableJob } from '../../contract/table-job.ts';

export interface TablesOfRun {
  /** All tables of the run, the one in question among them. */
  readonly jobs: readonly TableJob[];
  readonly target: Target;
  readonly context: WorkContext;
}

/** Those of the run's tables that TRUNCATE of this one reaches, and that the run empties too. */
export async function emptiedWith(
  job: TableJob,
  { jobs, target, context }: TablesOfRun,
): Promise<readonly EmptiedTable[]> {
  if (!modeTraits[job.mode].empties) return [];
  const reached = new Set((await dependentsOf(target, job.target, context)).map(nameOf));
  return jobs
    .filter((other) => modeTraits[other.mode].empties && reached.has(nameOf(other.target)))
    .map((other) => ({ key: other.key, target: other.target }));
}

/** Tables that refer to this one; none where the target knows of no such thing. */
export async function dependentsOf(
  target: Target,
  ref: TableRef,
  context: WorkContext,
): Promise<readonly TableRef[]> {
  return (await target.references?.dependents(ref, context)) ?? [];
}

export function nameOf({ database, schema, name }: TableRef): string {
  return JSON.stringify([database, schema, name]);
}
