import {
  runHashes,
  runMigration,
  type Adapters,
  type Config,
  type Logger,
  type MigrationRequest,
  type RunObserver,
  type RunReport,
  type TableJob,
} from '@snowmelt/core';

import { logEnd, logProgress, tellAll } from '@snowmelt/wiring';
import { openTelemetry } from '../metrics/open-telemetry.ts';
import { startProgress, trackProgress } from '../progress/progress-state.ts';
import { noticeWaits } from './notice-waits.ts';
import { makeContext, makeLogger, type LogFlags } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { openSource, openStatus, openTarget } from '@snowmelt/wiring';

export interface Migration {
  readonly config: Config;
  readonly jobs: readonly TableJob[];
  readonly resume: MigrationRequest['resume'];
  /** The earlier tool has had its last run in the status schema. */
  readonly upgradeStatus?: boolean;
  /** Prometheus may read the run's metrics there. */
  readonly metricsPort?: number | undefined;
  readonly flags: LogFlags;
}

/** Runs a migration in this process and shows how it goes on stderr. */
export async function migrate(migration: Migration): Promise<RunReport> {
  const { config, jobs, flags } = migration;
  using stage = await openStage(jobs, flags);
  // Until the adapters have ended, too.
  using stop = listenForStop(stage.tellStop);
  await using stack = new AsyncDisposableStack();
  const port = migration.metricsPort;
  const telemetry = stack.use(await openTelemetry(jobs, { port, log: stage.log }));
  const adapters = {
    source: stack.use(await openSource(config, stage.log)),
    target: stack.use(await openTarget(config, stage.log)),
    status: stack.use(await openStatus(config, stage.log, migration.upgradeStatus)),
  };
  const observer = tellAll([stage.observer, telemetry.observer]);
  const report = await carryOut(migration, adapters, { ...stage, observer, signal: stop.signal });
  telemetry.ended(report);
  return report;
}

/** The same between adapters that are there already. */
export async function migrateWith(migration: Migration, adapters: Adapters): Promise<RunReport> {
  using stage = await openStage(migration.jobs, migration.flags);
  using stop = listenForStop(stage.tellStop);
  return await carryOut(migration, adapters, { ...stage, signal: stop.signal });
}

async function carryOut(
  { config, jobs, resume }: Migration,
  adapters: Adapters,
  stage: Pick<Stage, 'log' | 'observer'> & { readonly signal: AbortSignal },
): Promise<RunReport> {
  const report = await runMigration(
    {
      jobs,
      resume,
      ...runHashes(config, jobs),
      parallelThreads: config.parallel_threads,
      snapshotDelay: config.snapshot_delay_seconds * 1000,
      ...(config.max_credits === undefined ? {} : { maxCredits: config.max_credits }),
      observer: stage.observer,
    },
    adapters,
    makeContext(stage.log, stage.signal),
  );
  logEnd(stage.log, report);
  return report;
}

interface Stage extends Disposable {
  readonly log: Logger;
  readonly observer: RunObserver;
  readonly tellStop: (line: string) => void;
}

/** A live display on a terminal, log lines anywhere else. */
async function openStage(jobs: readonly TableJob[], flags: LogFlags): Promise<Stage> {
  if (!process.stderr.isTTY || process.env['TERM'] === 'dumb') {
    const log = makeLogger(flags);
    const tellStop = (line: string): void => log.warn('stopping', { message: line });
    return { log, observer: logProgress(log), tellStop, [Symbol.dispose]: () => undefined };
  }
  const { showLive } = await import('../progress/live-display.ts');
  const progress = startProgress(jobs, Date.now());
  const display = showLive(progress, process.stderr);
  const log = makeLogger(flags, (line) => display.print(line));
  return {
    log: noticeWaits(log, progress),
    observer: tellAll([trackProgress(progress, Date.now), logProgress(log)]),
    tellStop(line) {
      progress.stopping = true;
      display.print(line);
    },
    [Symbol.dispose]: () => display[Symbol.dispose](),
  };
}
