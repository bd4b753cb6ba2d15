import type { Adapters } from '../../contract/adapters.ts';
import type { RunState, WorkerId } from '../../contract/run-state.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { describeTogether } from '../decide/describe-together.ts';
import { createCircuit } from '../table/circuit.ts';
import type { OpenRun } from '../table/open-run.ts';
import { bePresent, signOfThisProcess, type Presence } from '../table/presence.ts';
import { pinRun, settledSource } from '../table/settle-snapshot.ts';
import { createSlots } from '../table/slots.ts';
import { limitOf, refuseFirstTry } from './first-try.ts';
import type { MigrationRequest } from './migration-request.ts';
import { planFormat } from './plan-format.ts';

/** Opens a run, or goes on with one, and gathers what its tables need. */
export async function beginRun(
  request: MigrationRequest,
  adapters: Adapters,
  asked: WorkContext,
): Promise<OpenRun> {
  const { observer = {}, carried = [] } = request;
  const sign = signOfThisProcess(request.version);
  const owner = sign.id;
  const state = await openState(request, adapters, owner);
  const context = { ...asked, run: state.id };
  let presence: Presence | undefined;
  try {
    presence = await bePresent(state.id, sign, { ...adapters, context });
    for (const { key } of carried) {
      await adapters.status.recordTable(state.id, key, { type: 'completed' });
    }
    const settling = { delay: request.snapshotDelay, observer };
    const pinned = await pinRun(state, adapters, settling, context);
    observer.runOpened?.({ id: state.id, resumed: state.resumed, snapshot: pinned.snapshot.at });
    const slots = createSlots(request.parallelThreads);
    const circuit = createCircuit();
    const kept = state.tables.flatMap(({ key, plan }) =>
      plan === undefined ? [] : [{ key, plan }],
    );
    const plans = new Map(kept.map(({ key, plan }) => [key, plan]));
    const { jobs } = request;
    const planning: OpenRun['planning'] = new Map();
    const restarts: OpenRun['restarts'] = new Map();
    const source = settledSource(adapters.source, pinned.settled);
    const unplanned = jobs.filter(({ key }) => !plans.has(key)).map((job) => job.source);
    const describeSource = describeTogether(source, unplanned, context);
    const { lastCall = new AbortController().signal, leavesStatements = false } = request;
    const dividesFrom = request.dividesChunks === true ? context.clock.monotonic() : undefined;
    const open = { leavesStatements, slots, circuit, jobs, planning, restarts, describeSource };
    const here = { owner, presence, context, observer, lastCall, dividesFrom, ...open };
    return { ...adapters, source, state, ...pinned, plans, ...here };
  } catch (error) {
    await presence?.[Symbol.asyncDispose]();
    await adapters.status.closeRun(state.id, 'partial', String(error)).catch(() => undefined);
    throw error;
  }
}

async function openState(
  request: MigrationRequest,
  { status }: Adapters,
  owner: WorkerId,
): Promise<RunState> {
  const { jobs, carried = [], configHash, executionHash, resume } = request;
  const limit = limitOf(jobs);
  if (resume.mode === 'run') await refuseFirstTry(resume.run, status);
  return status.openRun({
    configHash,
    executionHash,
    sourceNames: [...new Set(jobs.map(({ sourceName }) => sourceName))],
    tables: [...jobs, ...carried],
    owner,
    planFormat,
    takesHeld: request.holdSeconds !== undefined,
    resume,
    ...(limit === undefined ? {} : { limit }),
  });
}

/** Before anything is written anywhere: a wrong password must leave no trace but its message. */
export async function reachBoth(
  jobs: readonly TableJob[],
  { source, target }: Adapters,
  context: WorkContext,
): Promise<void> {
  const databases = new Set(jobs.map((job) => job.target.database));
  const pings = await Promise.allSettled([
    source.ping(context),
    ...[...databases].map((database) => target.ping(database, context)),
  ]);
  const failed = pings.find((ping) => ping.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
