import type { RunActivity } from '@snowmelt/core';

import { mergedPoints, metric, type Metric } from './run-metrics.ts';

/**
 * The figures of a run as one finds them in its status, for whoever is not its process: those that are
 * of a process alone are not among them.
 */
export function statusMetrics(activity: RunActivity | undefined): readonly Metric[] {
  if (activity === undefined) return [];
  const { run, life } = activity;
  const ended = life === 'live' ? [] : [{ labels: { status: run.status }, value: 1 }];
  const each = (pick: (table: (typeof run.tables)[number]) => number | undefined) =>
    run.tables.flatMap((table) => {
      const value = pick(table);
      return value === undefined ? [] : [{ labels: { table: table.key }, value }];
    });
  return [
    metric('snowmelt_run_info', [{ labels: { run: run.id }, value: 1 }]),
    metric('snowmelt_run_ended', ended),
    metric(
      'snowmelt_rows_found',
      each(({ rows }) => rows),
    ),
    metric(
      'snowmelt_rows_rejected',
      each(({ rejected = 0 }) => rejected),
    ),
    metric(
      'snowmelt_rows_merged',
      run.tables.flatMap(({ key, merged }) => mergedPoints(key, merged)),
    ),
    metric(
      'snowmelt_table_seconds',
      each(({ startedAt, completedAt }) =>
        startedAt === undefined || completedAt === undefined
          ? undefined
          : (completedAt.getTime() - startedAt.getTime()) / 1000,
      ),
    ),
    metric(
      'snowmelt_table_state',
      run.tables.map(({ key, status }) => ({ labels: { table: key, state: status }, value: 1 })),
    ),
  ];
}
