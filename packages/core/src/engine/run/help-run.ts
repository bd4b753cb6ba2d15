import type { Adapters } from '../../contract/adapters.ts';
import type { RunStatus } from '../../contract/run-state.ts';
import type { SharedRun, SharedTable } from '../../contract/sharing.ts';
import type { RunId } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { isSnowmeltError, type SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { RunObserver, RunReport } from '../table/run-report.ts';
import { reachBoth } from './begin-run.ts';
import { endWithStop } from './end-with-stop.ts';
import { joinRun, type JoinedRun } from './join-run.ts';
import type { MigrationRequest } from './migration-request.ts';
import { runMigration } from './run-migration.ts';

/** As for `runMigration`; its jobs are those of the whole configuration. */
export interface HelpRequest extends Omit<MigrationRequest, 'resume' | 'carried' | 'holdSeconds'> {
  readonly run: RunId;
}

export interface HelpReport {
  readonly run: RunId;
  readonly worker: string;
  /** How the run stands at the end; `running` where this process was asked to end before it. */
  readonly status: RunStatus;
  /** What this process has loaded of it as a helper. */
  readonly chunks: number;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  /** `RUN.CREDITS_SPENT`. Absent: it has ended for another reason. */
  readonly stoppedBy?: SnowmeltError;
  /** The run's own, where this process has become its owner, since the one before was gone. */
  readonly report?: RunReport;
}

/** Milliseconds between two looks at a run that has nothing to do: from, to. */
const lookEvery = { least: 500, most: 5000 } as const;

/**
 * Works chunks of a run that another process owns, until the run has ended. It never plans, prepares or
 * publishes; but where the owner dies, one of those that help goes on with the run in its place, as
 * the same command would.
 */
export async function helpRun(
  request: HelpRequest,
  given: Adapters,
  context: WorkContext,
): Promise<HelpReport> {
  const adapters = { ...given, status: endWithStop(given.status, context.signal) };
  await reachBoth(request.jobs, adapters, context);
  const started = context.clock.monotonic();
  const helping: Helping = { request, adapters, context, tally: { chunks: 0, rows: 0, bytes: 0 } };
  const end = await helpToTheEnd(helping);
  const seconds = (context.clock.monotonic() - started) / 1000;
  return { run: request.run, ...end, ...helping.tally, seconds };
}

interface Helping {
  readonly request: HelpRequest;
  readonly adapters: Adapters;
  readonly context: WorkContext;
  readonly tally: { chunks: number; rows: number; bytes: number };
}

type HelpEnd = Pick<HelpReport, 'status' | 'worker' | 'report' | 'stoppedBy'>;

async function helpToTheEnd(helping: Helping): Promise<HelpEnd> {
  for (;;) {
    const { orphan, ...end } = await helpUntilOrphaned(helping);
    if (orphan === undefined) return end;
    const report = await takeOver(orphan, helping);
    if (report !== undefined) return { ...end, status: report.status, report };
  }
}

async function helpUntilOrphaned(
  helping: Helping,
): Promise<HelpEnd & { readonly orphan?: SharedRun }> {
  const { request, adapters, context, tally } = helping;
  const observer = counting(request.observer ?? {}, tally);
  await using joined = await joinRun({ ...request, observer }, adapters, context);
  const { worker } = joined;
  try {
    return { worker, ...(await untilOrphaned(joined, helping)) };
  } catch (error) {
    const spent = joined.spent();
    if (spent !== undefined && error === spent)
      return { worker, status: 'running', stoppedBy: spent };
    // Chunks in hand were given back, and the run goes on without this process.
    if (context.signal.aborted && error === context.signal.reason)
      return { worker, status: 'running' };
    throw error;
  }
}

async function untilOrphaned(
  joined: JoinedRun,
  { request, context, tally }: Helping,
): Promise<Omit<HelpEnd, 'worker'> & { readonly orphan?: SharedRun }> {
  const givenUp = new Set<string>();
  let pause: number = lookEvery.least;
  let orphaned = 0;
  for (;;) {
    context.signal.throwIfAborted();
    const spent = joined.spent();
    if (spent !== undefined) throw spent;
    const found = await joined.look();
    if (found.status !== 'running') return { status: found.status };
    if (request.lastCall?.aborted === true) return { status: 'running' };
    // Seen twice: an owner that ends writes that down a moment before it lets go.
    orphaned = found.ownership === 'none' ? orphaned + 1 : 0;
    if (orphaned > 1) return { status: 'running', orphan: found };
    const before = tally.chunks;
    await helpTables(joined, found, { givenUp, context, tally });
    pause = tally.chunks > before ? lookEvery.least : Math.min(pause * 1.5, lookEvery.most);
    if (tally.chunks > before) continue;
    joined.waits('chunks to work: the owner prepares, publishes, or all are in hand');
    await context.clock.sleep(orphaned > 0 ? lookEvery.least : pause, context.signal);
    joined.waits(undefined);
  }
}

interface Effort extends Pick<Helping, 'context' | 'tally'> {
  /** Gates behind which this process has met what all chunks would meet. */
  readonly givenUp: Set<string>;
}

async function helpTables(joined: JoinedRun, { tables }: SharedRun, effort: Effort): Promise<void> {
  const open = tables.filter(({ gate = '' }) => gate !== '' && !effort.givenUp.has(gate));
  await Promise.all(open.map((table) => helpTable(joined, table, effort)));
}

async function helpTable(
  joined: JoinedRun,
  table: SharedTable,
  { givenUp, context, tally }: Effort,
): Promise<void> {
  const failure = (await joined.help(table))?.failure;
  if (failure === undefined) return;
  const { code, message, fix } = failure;
  context.log.warn('help_given_up', { table: table.key, code, message, fix });
  if (tally.chunks === 0) throw failure;
  givenUp.add(table.gate ?? '');
}

/** Nothing where another one was faster, or the owner is back. */
async function takeOver(
  { id, tables }: SharedRun,
  { request, adapters, context }: Helping,
): Promise<RunReport | undefined> {
  const keys = new Set(tables.map(({ key }) => key));
  const jobs = request.jobs.filter(({ key }) => keys.has(key));
  context.log.warn('run_taken_over', { run: id, why: 'its owner is gone' });
  try {
    const resume = { mode: 'run', run: id } as const;
    return await runMigration({ ...request, jobs, resume }, adapters, context);
  } catch (error) {
    if (!isSnowmeltError(error) || error.code !== 'RUN.TABLE_BUSY') throw error;
    context.log.info('run_not_taken_over', { run: id, message: error.message });
    return undefined;
  }
}

function counting(observer: RunObserver, tally: Helping['tally']): RunObserver {
  return {
    ...observer,
    chunkLoaded(key, chunk) {
      tally.chunks += 1;
      tally.rows += chunk.rows;
      tally.bytes += chunk.bytes;
      observer.chunkLoaded?.(key, chunk);
    },
  };
}
