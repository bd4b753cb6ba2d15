import {
  helpRun,
  runHashes,
  SnowmeltError,
  type Config,
  type HelpReport,
  type RunHashes,
  type RunId,
  type StatusStore,
  type TableJob,
} from '@snowmelt/core';
import { openSource, openStatus, openTarget } from '@snowmelt/wiring';

import { makeContext, type LogFlags } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { openStage } from './stage.ts';

export interface Help {
  readonly config: Config;
  readonly jobs: readonly TableJob[];
  /** Absent: the newest run of the configuration that goes on. */
  readonly run: RunId | undefined;
  readonly flags: LogFlags;
  readonly version: string;
}

/** Works on a run of another process and shows how that goes on stderr. */
export async function help({ config, jobs, run, flags, version }: Help): Promise<HelpReport> {
  using stage = await openStage(jobs, flags, { pid: process.pid });
  using stop = listenForStop(stage.tellStop);
  endWithStarter();
  await using stack = new AsyncDisposableStack();
  const adapters = {
    source: stack.use(await openSource(config, stage.log)),
    target: stack.use(await openTarget(config, stage.log)),
    status: stack.use(await openStatus(config, stage.log)),
  };
  await adapters.status.migrate();
  const hashes = runHashes(config, jobs);
  const request = {
    ...hashes,
    jobs,
    version,
    run: run ?? (await newestRun(hashes, jobs, adapters.status)),
    parallelThreads: config.parallel_threads,
    snapshotDelay: config.snapshot_delay_seconds * 1000,
    observer: stage.observer,
    ...(config.max_credits === undefined ? {} : { maxCredits: config.max_credits }),
  };
  return await helpRun(request, adapters, makeContext(stage.log, stop.signal, stage.waitsFor));
}

/**
 * A worker of `run --workers` does not outlive it: who kills that means all of it, and would find a
 * run that has gone on, or begin the next one unawares.
 */
function endWithStarter(): void {
  if (process.channel === undefined || process.channel === null) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

/** Hours; a run that goes on longer is named. */
const oldest = 168;

async function newestRun(
  { executionHash }: RunHashes,
  tables: readonly TableJob[],
  status: StatusStore,
): Promise<RunId> {
  const newest = await status.unfinishedRun({ executionHash, tables }, oldest);
  const lives = newest === undefined ? undefined : await status.runLives?.([newest.id]);
  if (newest !== undefined && lives?.get(newest.id) === 'live') return newest.id;
  const message = 'no run of this configuration goes on';
  throw new SnowmeltError('RUN.NOT_GOING_ON', message);
}
