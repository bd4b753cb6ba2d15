import {
  enabledSources,
  resolveTables,
  runHashes,
  runMigration,
  systemClock,
  unknownSources,
  type Adapters,
  type Config,
  type MigrationRequest,
  type RunObserver,
  type TableJob,
} from '@snowmelt/core';
import { logProgress, matchConfig, openSource, openStatus, openTarget } from '@snowmelt/wiring';

import { migrateAnswer, type Answer, type MigrateBody } from './answer.ts';
import type { Deadline } from './deadline.ts';
import type { Invocation } from './event.ts';
import type { Telemetry } from './telemetry.ts';

export interface Work {
  readonly config: Config;
  readonly invocation: Invocation;
  readonly deadline: Deadline;
  readonly telemetry: Telemetry;
  /** Milliseconds. */
  readonly remaining: () => number;
}

/** Moves what the event asks for as far as the invocation's time goes. */
export async function migrate(work: Work): Promise<Answer> {
  const { config, invocation, telemetry, deadline } = work;
  const { log } = telemetry;
  const enabled = enabledSources(config);
  const selection = invocation.sources === undefined ? {} : { sources: invocation.sources };
  if (invocation.sources?.some((name) => enabled.includes(name)) === false) {
    return noSource(invocation.sources, enabled);
  }
  if (enabled.length === 0) return nothingToDo();
  for (const message of unknownSources(config, selection)) log.warn('config_warning', { message });
  if (invocation.isLater && invocation.before.needsRetry === false) return nothingLeft(work);
  const context = { log, signal: deadline.stop, clock: systemClock };
  const { config: matched } = await matchConfig(config, context);
  const jobs = resolveTables(matched, selection);
  const seen = watchProgress(logProgress(log), telemetry);
  const running = run({ ...work, config: matched }, jobs, seen);
  // Of an answer that came without it, whatever is left is nobody's to catch.
  running.catch(() => undefined);
  const end = await Promise.race([running, deadline.answer]);
  return end === 'out of time' ? outOfTime(jobs, seen) : end;
}

async function run(work: Work, jobs: readonly TableJob[], seen: Seen): Promise<Answer> {
  const { config, telemetry, deadline, remaining } = work;
  const started = performance.now();
  await using stack = new AsyncDisposableStack();
  const adapters: Adapters = {
    source: stack.use(await openSource(config, telemetry.log)),
    target: stack.use(await openTarget(config, telemetry.log)),
    status: stack.use(await openStatus(config, telemetry.log)),
  };
  const request: MigrationRequest = {
    jobs,
    resume: resumeOf(work.invocation),
    ...runHashes(config, jobs),
    parallelThreads: config.parallel_threads,
    snapshotDelay: config.snapshot_delay_seconds * 1000,
    observer: seen.observer,
    lastCall: deadline.lastCall,
    leavesStatements: true,
  };
  const context = { log: telemetry.log, signal: deadline.stop, clock: systemClock };
  const report = await runMigration(request, adapters, context);
  const stored = await adapters.status.summary(report.run);
  const seconds = Math.round(performance.now() - started) / 1000;
  telemetry.measure(report, seconds);
  const effort = {
    madeProgress: seen.progress,
    withoutProgress: work.invocation.before.withoutProgress,
    seconds,
    remainingSeconds: Math.round(remaining()) / 1000,
  };
  return migrateAnswer({ jobs, report, stored }, effort);
}

function resumeOf({ beginsAnew, resumeRun, resumeMaxAge }: Invocation): MigrationRequest['resume'] {
  if (resumeRun !== undefined) return { mode: 'run', run: resumeRun };
  if (beginsAnew) return { mode: 'never' };
  return { mode: 'auto', maxAgeHours: resumeMaxAge };
}

interface Seen {
  readonly observer: RunObserver;
  progress: boolean;
  run?: string;
}

/**
 * Chunks loaded or found, tables that came to their end, statements that Snowflake is at work on: what an
 * invocation after it builds on.
 */
function watchProgress(told: RunObserver, telemetry: Telemetry): Seen {
  const seen: Seen = {
    progress: false,
    observer: {
      ...told,
      runOpened(run) {
        seen.run = run.id;
        telemetry.ofRun(run.id);
        told.runOpened?.(run);
      },
      chunksAdded(key, chunks) {
        seen.progress = true;
        told.chunksAdded?.(key, chunks);
      },
      chunkLoaded(key, chunk) {
        seen.progress = true;
        told.chunkLoaded?.(key, chunk);
      },
      statementRuns(key, statement) {
        seen.progress = true;
        told.statementRuns?.(key, statement);
      },
      tableEnded(report) {
        if (report.status === 'completed') seen.progress = true;
        told.tableEnded?.(report);
      },
    },
  };
  return seen;
}

const none = {
  action: 'migrate',
  sources: {},
  total_sources: 0,
  sources_completed: 0,
  sources_partial: 0,
  sources_failed: 0,
  total_rows_migrated: 0,
  duration_seconds: 0,
  needs_retry: false,
  attempts_without_progress: 0,
} as const satisfies Partial<MigrateBody>;

function nothingToDo(): Answer {
  const summary = 'The configuration has no enabled source: nothing was to be done.';
  return {
    statusCode: 200,
    body: { ...none, status: 'completed', progress_percent: 100, message: summary, summary },
  };
}

function noSource(asked: readonly string[], enabled: readonly string[]): Answer {
  const error = `no enabled source is called ${asked.join(', ')}; there are ${enabled.join(', ')}`;
  const body = {
    status: 'failed',
    action: 'migrate',
    error,
    error_type: 'CONFIG.NO_SUCH_TABLE',
  } as const;
  return { statusCode: 400, body };
}

/** A loop that calls again although it was told that this is of no use comes to its end. */
function nothingLeft({ telemetry }: Work): Answer {
  const error =
    'another invocation gets no further: see the answer before, or `snowmelt status`, for what people have to mend';
  telemetry.log.error('no_progress', { message: error });
  const body = {
    status: 'failed',
    action: 'migrate',
    error,
    error_type: 'RUN.NO_PROGRESS',
  } as const;
  return { statusCode: 500, body };
}

/** What hangs is left to its end; its leases run out, and the run is gone on with. */
function outOfTime(jobs: readonly TableJob[], seen: Seen): Answer {
  const names = [...new Set(jobs.map(({ sourceName }) => sourceName))];
  const message = 'The time of the invocation is up before all could be recorded; work is left.';
  const left = {
    status: 'partial',
    tables_completed: 0,
    tables_failed: 0,
    rows_migrated: 0,
  } as const;
  return {
    statusCode: 200,
    body: {
      ...none,
      status: 'partial',
      ...(seen.run === undefined ? {} : { run_id: seen.run }),
      sources: Object.fromEntries(names.map((name) => [name, left])),
      total_sources: names.length,
      sources_partial: names.length,
      progress_percent: 0,
      needs_retry: true,
      attempts_without_progress: seen.progress ? 0 : 1,
      message,
      summary: message,
    },
  };
}
