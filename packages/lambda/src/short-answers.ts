import type { TableJob } from '@snowmelt/core';

import { mostWithoutProgress, noProgress, type Answer, type MigrateBody } from './answer.ts';
import type { Telemetry } from './telemetry.ts';
import type { Seen } from './watch-progress.ts';

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

export function nothingToDo(): Answer {
  const summary = 'The configuration has no enabled source: nothing was to be done.';
  return {
    statusCode: 200,
    body: { ...none, status: 'completed', progress_percent: 100, message: summary, summary },
  };
}

export function noSource(asked: readonly string[], enabled: readonly string[]): Answer {
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
export function nothingLeft({ log }: Pick<Telemetry, 'log'>): Answer {
  const error =
    'another invocation gets no further: see the answer before, or `snowmelt status`, for what people have to mend';
  log.error('no_progress', { message: error });
  const body = {
    status: 'failed',
    action: 'migrate',
    error,
    error_type: 'RUN.NO_PROGRESS',
  } as const;
  return { statusCode: 500, body };
}

/**
 * What hangs is left to its end; its leases run out, and the run is gone on with. `before`: invocations
 * without progress, in a row, before this one.
 */
export function outOfTime(jobs: readonly TableJob[], seen: Seen, before: number): Answer {
  const withoutProgress = seen.progress ? 0 : before + 1;
  const stuck = withoutProgress >= mostWithoutProgress;
  const names = sourceNames(jobs);
  const message = 'The time of the invocation is up before all could be recorded; work is left.';
  const left = {
    status: 'partial',
    tables_completed: 0,
    tables_failed: 0,
    rows_migrated: 0,
  } as const;
  return {
    statusCode: stuck ? 500 : 200,
    body: {
      ...none,
      status: stuck ? 'failed' : 'partial',
      ...(stuck ? noProgress(seen.run) : {}),
      ...(seen.run === undefined ? {} : { run_id: seen.run }),
      sources: Object.fromEntries(names.map((name) => [name, left])),
      total_sources: names.length,
      sources_partial: names.length,
      progress_percent: 0,
      needs_retry: !stuck,
      attempts_without_progress: withoutProgress,
      message,
      summary: message,
    },
  };
}

export function sourceNames(jobs: readonly TableJob[]): readonly string[] {
  return [...new Set(jobs.map(({ sourceName }) => sourceName))];
}
