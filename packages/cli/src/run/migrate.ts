import {
  runHashes,
  runMigration,
  type Adapters,
  type Config,
  type MigrationRequest,
  type RunReport,
  type TableJob,
} from '@snowmelt/core';

import { logEnd, tellAll } from '@snowmelt/wiring';
import { openTelemetry } from '../metrics/open-telemetry.ts';
import { makeContext, type LogFlags } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { openSource, openStatus, openTarget } from '@snowmelt/wiring';
import { openStage, type Stage } from './stage.ts';
import { workerProcesses } from './worker-processes.ts';

export interface Migration {
  readonly config: Config;
  readonly jobs: readonly TableJob[];
  readonly resume: MigrationRequest['resume'];
  /** The earlier tool has had its last run in the status schema. */
  readonly upgradeStatus?: boolean;
  /** Prometheus may read the run's metrics there. */
  readonly metricsPort?: number | undefined;
  readonly flags: LogFlags;
  /** Of the program. */
  readonly version?: string;
  /** Further processes that work on the run, and what they are started with. */
  readonly workers?: { readonly count: number; readonly args: readonly string[] };
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
  { config, jobs, resume, version = '', workers }: Migration,
  adapters: Adapters,
  stage: Pick<Stage, 'log' | 'waitsFor' | 'observer'> & { readonly signal: AbortSignal },
): Promise<RunReport> {
  const { log, observer } = stage;
  const { status } = adapters;
  await using helpers = workerProcesses({ count: 0, args: [], ...workers, status, log });
  const report = await runMigration(
    {
      jobs,
      resume,
      ...runHashes(config, jobs),
      parallelThreads: config.parallel_threads,
      snapshotDelay: config.snapshot_delay_seconds * 1000,
      ...(config.max_credits === undefined ? {} : { maxCredits: config.max_credits }),
      version,
      observer: {
        ...observer,
        runOpened(run) {
          observer.runOpened?.(run);
          helpers.startFor(run.id);
        },
      },
    },
    adapters,
    makeContext(stage.log, stage.signal, stage.waitsFor),
  );
  logEnd(stage.log, report);
  return report;
}
