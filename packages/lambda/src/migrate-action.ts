import {
  enabledSources,
  isSnowmeltError,
  resolveTables,
  runMigration,
  systemClock,
  unknownSources,
  type MigrationRequest,
  type RunReport,
  type TableJob,
} from '@snowmelt/core';
import { logEnd, matchConfig, noticeOf, notifyEnd } from '@snowmelt/wiring';

import { migrateAnswer, type Answer, type MigrateBody, type Outcome } from './answer.ts';
import type { Invocation } from './event.ts';
import { contextOf, openAdapters, requestOf } from './open-adapters.ts';
import { noSource, nothingLeft, nothingToDo, outOfTime, sourceNames } from './short-answers.ts';
import { longStepOf, recallRuns, watchProgress, type Seen } from './watch-progress.ts';
import type { Work } from './work.ts';

/** An action on tables, that the event's sources have. */
export type TableAction = (work: Work, jobs: readonly TableJob[]) => Promise<Answer>;

/** The tables that the event asks for, for an action; or the answer, where there are none. */
export async function onTables(work: Work, action: TableAction): Promise<Answer> {
  const { config, invocation, telemetry } = work;
  const enabled = enabledSources(config);
  const selection = invocation.sources === undefined ? {} : { sources: invocation.sources };
  if (invocation.sources?.some((name) => enabled.includes(name)) === false) {
    return noSource(invocation.sources, enabled);
  }
  if (enabled.length === 0) return nothingToDo();
  for (const message of unknownSources(config, selection)) {
    telemetry.log.warn('config_warning', { message });
  }
  const { config: matched } = await matchConfig(config, contextOf(work));
  const jobs = resolveTables(matched, selection);
  const about = { sources: sourceNames(jobs).join(',') };
  return work.tracing.within(`## ${invocation.action}`, about, () =>
    action({ ...work, config: matched }, jobs),
  );
}

/** Moves what the event asks for as far as the invocation's time goes. */
export async function migrate(work: Work, jobs: readonly TableJob[]): Promise<Answer> {
  const { invocation, telemetry, deadline } = work;
  if (invocation.isLater && invocation.before.needsRetry === false) return nothingLeft(telemetry);
  const seen = watchProgress(work, jobs);
  const running = run(work, jobs, seen).catch((error: unknown) => {
    // Of what the end of the time has broken off, as before the run was open.
    if (isTimeUp(error, work)) return 'out of time' as const;
    throw error;
  });
  // Of an answer that came without it, whatever is left is nobody's to catch.
  running.catch(() => undefined);
  const end = await Promise.race([running, deadline.answer]);
  return end === 'out of time' ? outOfTime(jobs, seen, invocation.before.withoutProgress) : end;
}

function isTimeUp(
  error: unknown,
  { deadline: { lastCall, stop } }: Pick<Work, 'deadline'>,
): boolean {
  return [lastCall, stop].some((signal) => signal.aborted && signal.reason === error);
}

async function run(work: Work, jobs: readonly TableJob[], seen: Seen): Promise<Answer> {
  const started = performance.now();
  await using stack = new AsyncDisposableStack();
  const adapters = await openAdapters(work, stack);
  await recallRuns(seen, work, adapters.status);
  const request: MigrationRequest = {
    ...requestOf(work, jobs),
    resume: resumeOf(work.invocation),
    observer: work.tracing.observe(seen.observer),
  };
  const report = await whenFree(() => runMigration(request, adapters, contextOf(work)), work);
  await tellEnd(work, report);
  const stored = await adapters.status.summary(report.run);
  return answerOf(work, { outcome: { jobs, report, stored }, seen, started, action: 'migrate' });
}

/** One that goes on in the next invocation has not ended. */
export async function tellEnd({ telemetry, config }: Work, report: RunReport): Promise<void> {
  logEnd(telemetry.log, report);
  if (!report.stopped) await notifyEnd(config.notify, noticeOf(report), telemetry.log);
}

interface Ended {
  readonly outcome: Outcome;
  readonly seen: Seen;
  /** Of `performance.now`. */
  readonly started: number;
  readonly action: MigrateBody['action'];
}

export function answerOf(work: Work, { outcome, seen, started, action }: Ended): Answer {
  const seconds = Math.round(performance.now() - started) / 1000;
  work.telemetry.measure(outcome.report, seconds);
  const effort = {
    madeProgress: seen.progress,
    withoutProgress: work.invocation.before.withoutProgress,
    seconds,
    remainingSeconds: Math.round(work.remaining()) / 1000,
    ...longStepOf(outcome.report, seen),
  };
  return migrateAnswer(outcome, effort, action);
}

export function resumeOf({
  beginsAnew,
  resumeRun,
  resumeMaxAge,
}: Invocation): MigrationRequest['resume'] {
  if (resumeRun !== undefined) return { mode: 'run', run: resumeRun };
  if (beginsAnew) return { mode: 'never' };
  return { mode: 'auto', maxAgeHours: resumeMaxAge };
}

/** Milliseconds: as long as a run keeps its tables whose process has vanished without a word, and more. */
const longestWait = 120_000;
const betweenTries = 5000;

/**
 * An environment that was frozen or killed from outside may still hold its run's locks, until the status
 * store sees that its lease is over. Whoever else has the tables is told of after that time.
 */
export async function whenFree<T>(
  work: () => Promise<T>,
  { telemetry, deadline }: Pick<Work, 'telemetry' | 'deadline'>,
): Promise<T> {
  const until = systemClock.monotonic() + longestWait;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const busy = isSnowmeltError(error) && error.code === 'RUN.TABLE_BUSY';
      if (!busy || systemClock.monotonic() > until) throw error;
      deadline.lastCall.throwIfAborted();
      telemetry.log.warn('waiting_for_run', { message: error.message });
      await systemClock.sleep(betweenTries, deadline.stop);
    }
  }
}
