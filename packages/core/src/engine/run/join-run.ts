import type { Adapters } from '../../contract/adapters.ts';
import type { SharedRun, SharedTable, Sharing } from '../../contract/sharing.ts';
import type { StatusStore } from '../../contract/status-store.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { RunId, TableKey } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import { describeTogether } from '../decide/describe-together.ts';
import { type Help, helpWithChunks } from '../table/help-with-chunks.ts';
import type { OpenRun } from '../table/open-run.ts';
import { rejectsOf } from '../table/plan-once.ts';
import { bePresent, signOfThisProcess } from '../table/presence.ts';
import { contextOf } from '../table/report-table.ts';
import type { RunObserver } from '../table/run-report.ts';
import { watchCredits } from './credit-watch.ts';
import { createCircuit } from '../table/circuit.ts';
import { createSlots } from '../table/slots.ts';
import { planFormat } from './plan-format.ts';

export interface JoinRequest {
  readonly run: RunId;
  /** The tables of this process's configuration: all of the run's must be among them. */
  readonly jobs: readonly TableJob[];
  /** Chunks in flight in this process. */
  readonly parallelThreads: number;
  readonly version?: string;
  readonly observer?: RunObserver;
  readonly lastCall?: AbortSignal;
  readonly leavesStatements?: boolean;
  readonly dividesChunks?: boolean;
  /** As of `MigrationRequest`: what all processes of the run have used. */
  readonly maxCredits?: number;
}

/** Chunks of a run that another process has opened, worked by this one. */
export interface JoinedRun extends AsyncDisposable {
  /** This process among those of the run. */
  readonly worker: string;
  /** The run as it stands; throws where this process can't help with it. */
  look(): Promise<SharedRun>;
  /** Works up to `most` chunks of a table; nothing where its owner has not made it ready. */
  help(table: SharedTable, most?: number): Promise<Help | undefined>;
  waits(what: string | undefined): void;
  /** Why nothing more is asked of the source; nothing where the run's credits are not spent. */
  spent(): SnowmeltError | undefined;
}

/** What of the store several processes on one run rest on. */
export function sharingOf({ sharing }: StatusStore): Sharing {
  if (sharing !== undefined) return sharing;
  const message = 'this status store lets one process at a time work on a run';
  throw new SnowmeltError('CONFIG.UNSUPPORTED', message);
}

/** Looks at a run, and refuses where this process would do something else than its owner. */
export async function lookAt(
  run: RunId,
  jobs: readonly TableJob[],
  status: StatusStore,
): Promise<SharedRun> {
  const found = await sharingOf(status).look(run);
  refuseOtherVersion(found);
  refuseOtherTables(found, jobs);
  return found;
}

/**
 * Joins a run as one more process. Nothing waits for the snapshot point here: its owner opens no table
 * before that is settled.
 */
export async function joinRun(
  request: JoinRequest,
  adapters: Adapters,
  asked: WorkContext,
): Promise<JoinedRun> {
  const { jobs } = request;
  const look = (): Promise<SharedRun> => lookAt(request.run, jobs, adapters.status);
  const found = await look();
  const context = { ...asked, run: found.id };
  const sign = signOfThisProcess(request.version);
  await using opened = new AsyncDisposableStack();
  const presence = opened.use(await bePresent(found.id, sign, { ...adapters, context }));
  const { maxCredits } = request;
  const watched = { ...adapters, run: found.id, owner: sign.id, maxCredits };
  const watch = opened.use(await watchCredits(watched, context));
  const kept = opened.move();
  const run: OpenRun = {
    ...adapters,
    jobs,
    presence,
    context: { ...context, signal: watch.signal },
    state: { ...found, resumed: true },
    snapshot: found.snapshot ?? { at: '' },
    settled: async () => undefined,
    plans: new Map(),
    planning: new Map(),
    restarts: new Map(),
    describeSource: describeTogether(adapters.source, [], context),
    owner: sign.id,
    slots: createSlots(request.parallelThreads),
    circuit: createCircuit(),
    observer: request.observer ?? {},
    lastCall: request.lastCall ?? new AbortController().signal,
    leavesStatements: request.leavesStatements ?? false,
    dividesFrom: request.dividesChunks === true ? context.clock.monotonic() : undefined,
  };
  return {
    worker: sign.id,
    look,
    help: (table, most) => helpTable(table, run, most),
    waits: (what) => presence.waits(what),
    spent: () => watch.spent(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function helpTable(
  { key, gate, plan }: SharedTable,
  run: OpenRun,
  most = Number.POSITIVE_INFINITY,
): Promise<Help | undefined> {
  if (gate === undefined || plan === undefined) return undefined;
  const job = jobOf(key, run.jobs);
  const { parallelThreads: workers, maxRetryAttempts: maxTries } = job;
  const tableRun = { ...run, context: contextOf(job, run) };
  const options = { gate, most, workers, maxTries };
  return helpWithChunks({ ...plan, ...rejectsOf(job) }, tableRun, options);
}

function jobOf(key: TableKey, jobs: readonly TableJob[]): TableJob {
  const job = jobs.find((one) => one.key === key);
  if (job === undefined) throw new RangeError(`no job for table ${key}`);
  return job;
}

function refuseOtherVersion({ id, owner, planFormat: theirs }: SharedRun): void {
  if (theirs === planFormat) return;
  throw new SnowmeltError(
    'RUN.OTHER_VERSION',
    `run ${id} goes by plans of format ${theirs ?? 'unknown'}, which ${owner} has made; this version knows format ${planFormat}`,
    { place: { run: id } },
  );
}

function refuseOtherTables({ id, tables }: SharedRun, jobs: readonly TableJob[]): void {
  const hashes = new Map(jobs.map(({ key, hash }) => [key, hash]));
  const other = tables.find(({ key, hash }) => hashes.get(key) !== hash);
  if (other === undefined) return;
  const how = hashes.has(other.key) ? 'is configured differently here' : 'is not configured here';
  throw new SnowmeltError('RUN.OTHER_CONFIG', `${other.key} of run ${id} ${how}`, {
    place: { run: id, table: other.key },
  });
}
