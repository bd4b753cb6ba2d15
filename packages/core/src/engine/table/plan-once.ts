import type { TableJob } from '../../contract/table-job.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import { isSnowmeltError, SnowmeltError } from '../../errors/snowmelt-error.ts';
import { decidePlan, refuseErrors } from '../decide/decide-plan.ts';
import { newestRead } from '../decide/decide-watermark.ts';
import { emptiedWith } from '../decide/emptied-with.ts';
import { refuseUnsupported } from '../decide/needed-capabilities.ts';
import type { OpenRun, PlannedOnce } from './open-run.ts';
import { tagContext } from '../decide/tag-context.ts';

/** Once in this process, whoever asks first: the table itself, or one that is emptied with it. */
export function planOnce(job: TableJob, run: OpenRun): Promise<PlannedOnce> {
  const begun = run.planning.get(job.key);
  if (begun !== undefined) return begun;
  const planning = keptPlan(job, run);
  run.planning.set(job.key, planning);
  return planning;
}

/** The plan that the run has kept for the table, or a new one, checked and then kept. */
async function keptPlan(job: TableJob, run: OpenRun): Promise<PlannedOnce> {
  const { source, target, describeSource, context, jobs } = run;
  const kept = run.plans.get(job.key);
  if (kept !== undefined) {
    refuseUnsupported(job, run);
    await refuseOtherObject(kept, run);
    const plan = { ...kept, ...rejectsOf(job) };
    if (!('emptiesOthers' in plan)) return { plan, notices: job.notices };
    const others = await emptiedWith(job, run);
    return { plan: { ...plan, emptiedWith: others }, notices: job.notices };
  }
  const sides = { source, target, describeSource };
  const using = { run: run.state.id, snapshotAt: run.snapshot.at, ...sides, context, jobs };
  const { plan: decided, findings, notices } = await decidePlan(job, using);
  refuseErrors(job, findings);
  const restarts = run.restarts.get(job.key);
  const plan = {
    ...decided,
    ...(await newestRead(decided, { source, context: tagContext(job, context) })),
    ...(restarts === undefined ? {} : { restarts }),
  };
  const lasting = withoutFoundAnew(plan);
  await run.status.recordTable(run.state.id, job.key, { type: 'planned', plan: lasting });
  run.plans.set(job.key, lasting);
  return { plan, notices };
}

/**
 * P3: SWAP WITH and RENAME put another table under the name, which has a past of its own: Time Travel
 * reads it without a word, and its rows would stand beside those of the first one.
 */
async function refuseOtherObject(
  { key, source: ref, sourceObject, snapshot }: TablePlan,
  { source, context }: OpenRun,
): Promise<void> {
  if (sourceObject === undefined || !snapshot.pinned) return;
  const { object } = await source.describe(ref, context);
  if (object === undefined || object === sourceObject) return;
  throw new SnowmeltError(
    'SOURCE.SNAPSHOT_GONE',
    `${ref.name} is not the table any more that the run has begun to read: another one has its name`,
    { place: { table: key } },
  );
}

function withoutFoundAnew({ rejects: _rules, ...plan }: TablePlan): TablePlan {
  if (!('emptiedWith' in plan)) return plan;
  const { emptiedWith: _others, ...lasting } = plan;
  return lasting;
}

export function rejectsOf({ rejects }: TableJob): Pick<TablePlan, 'rejects'> {
  return rejects === undefined ? {} : { rejects };
}

/** Nothing is emptied that this run can't load: the others are planned before anything is touched. */
export async function planOthers(plan: TablePlan, run: OpenRun): Promise<void> {
  const others = 'emptiedWith' in plan ? plan.emptiedWith : undefined;
  const keys = new Set(others?.map(({ key }) => key));
  for (const job of run.jobs.filter(({ key }) => keys.has(key))) {
    try {
      await planOnce(job, run);
    } catch (error) {
      if (!isSnowmeltError(error)) throw error;
      const { schema, name } = job.target;
      throw new SnowmeltError(
        'TARGET.TRUNCATE_CASCADES',
        `TRUNCATE of ${plan.target.schema}.${plan.target.name} would also empty ` +
          `${schema}.${name}, which this run can't load: ${error.message}`,
        { cause: error, fix: error.fix },
      );
    }
  }
}
