import {
  isSnowmeltError,
  runPlaces,
  SnowmeltError,
  type Config,
  type RunActivity,
  type RunSummary,
  type StatusStore,
  type Trouble,
} from '@snowmelt/core';

import { viewRun, type RunStatusView } from './view-status.ts';

export interface StatusRequest {
  readonly config: Config;
  /** This run, whosever it is; absent: the newest of this configuration. */
  readonly run?: string | undefined;
  readonly limit: number;
  /** Also the runs of other configurations. */
  readonly all: boolean;
  /** Asked of a run that is shown alone. Absent: what is wrong is not looked for. */
  readonly troublesOf?: (run: RunActivity) => Promise<readonly Trouble[]>;
}

/** Newest first. */
export function readStatus(
  store: StatusStore,
  request: StatusRequest,
): Promise<readonly RunStatusView[]> {
  return orHowToUpgrade(async () => {
    const seen = await chosenRuns(store, request);
    const [only] = seen;
    if (only === undefined || seen.length > 1) return seen.map((activity) => viewRun({ activity }));
    const [workers, troubles] = await Promise.all([
      store.sharing?.workers(only.run.id),
      request.troublesOf?.(only),
    ]);
    return [viewRun({ activity: only, workers, troubles })];
  });
}

/** The newest run of this configuration. */
export async function newestRun(store: StatusStore, config: Config): Promise<string | undefined> {
  const [run] = await orHowToUpgrade(() => store.runs(1, runPlaces(config)));
  return run?.id;
}

/** Reading changes nothing: a schema that is not there yet, or is an older one, stays as it is. */
export async function orHowToUpgrade<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isSnowmeltError(error) || error.code !== 'STATUS.SCHEMA') throw error;
    const fix = '`snowmelt run` creates the status schema and brings it up to date.';
    throw new SnowmeltError(error.code, error.message, { cause: error, fix });
  }
}

async function chosenRuns(
  { observes, ...store }: StatusStore,
  { config, run, limit, all }: StatusRequest,
): Promise<readonly RunActivity[]> {
  const places = all ? undefined : runPlaces(config);
  if (observes !== undefined) {
    return run === undefined ? observes.latest(limit, places) : [await observes.activityOf(run)];
  }
  const runs = run === undefined ? await store.runs(limit, places) : [await store.summary(run)];
  return runs.map(unseen);
}

/** Of a store that can't be looked at from beside. */
export function unseen(run: RunSummary): RunActivity {
  return { run, attempts: 1, now: new Date(), paces: [], workers: [], failures: [] };
}
