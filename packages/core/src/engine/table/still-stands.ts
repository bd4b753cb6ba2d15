import type { TableJob } from '../../contract/table-job.ts';
import { isSnowmeltError } from '../../errors/snowmelt-error.ts';
import type { TableKey } from '../../contract/table-plan.ts';
import { nameOf } from '../decide/emptied-with.ts';
import type { OpenRun } from './open-run.ts';
import { contextOf } from './report-table.ts';
import { createSlots } from './slots.ts';

/**
 * Tells of each table whether it was completed and stands. Of all that go into one target before any of
 * them: what the first one loads would hide that the rows of the others are gone.
 */
export function lookAtCompleted(
  run: OpenRun,
  { completed, atOnce }: { readonly completed: ReadonlySet<TableKey>; readonly atOnce: number },
): (job: TableJob) => Promise<boolean> {
  const slots = createSlots(atOnce);
  const neverAborted = new AbortController().signal;
  const looks = new Map<TableKey, Promise<boolean>>();
  const look = (job: TableJob): Promise<boolean> => {
    const begun = looks.get(job.key);
    if (begun !== undefined) return begun;
    const isDone = async () => completed.has(job.key) && stillStands(job, run);
    const looking = slots.run(neverAborted, isDone);
    looks.set(job.key, looking);
    return looking;
  };
  const byTarget = Map.groupBy(run.jobs, ({ target }) => nameOf(target));
  return async (job) => {
    await Promise.all((byTarget.get(nameOf(job.target)) ?? []).map(look));
    return look(job);
  };
}

/**
 * P1: whether a table that an earlier process of the run has completed can be skipped. People may have
 * emptied it since, or made it anew: then it is open again, and `prepare` begins it anew or refuses. So
 * is one that could not be looked at; nothing of it is loaded again where all is there.
 */
async function stillStands(job: TableJob, run: OpenRun): Promise<boolean> {
  const { context, status, plans } = run;
  try {
    if (await isThere(job, run)) return true;
    context.log.warn('completed_rows_gone', { table: job.key });
  } catch (error) {
    if (context.signal.aborted) return false;
    if (!isSnowmeltError(error)) throw error;
    context.log.warn('completed_not_looked_at', { table: job.key, message: error.message });
  }
  const plan = plans.get(job.key);
  const event =
    plan === undefined ? ({ type: 'restarted' } as const) : ({ type: 'planned', plan } as const);
  await status.recordTable(run.state.id, job.key, event);
  return false;
}

async function isThere(job: TableJob, run: OpenRun): Promise<boolean> {
  const { target, plans } = run;
  if (target.standing === undefined) return true;
  const context = contextOf(job, run);
  const plan = plans.get(job.key);
  if (plan !== undefined) return target.standing.stands(plan, context);
  // Completed by the run before this one, which did not load it again.
  if ((await target.describe(job.target, context)) === undefined) return false;
  return !(await target.isEmpty(job.target, context));
}
