import {
  isSnowmeltError,
  runPlaces,
  SnowmeltError,
  type Config,
  type RunSummary,
  type StatusStore,
  type WorkerState,
} from '@snowmelt/core';

import { viewRun, type RunStatusView } from './view-status.ts';

export interface StatusRequest {
  readonly config: Config;
  /** This run, whosever it is; absent: the newest of this configuration. */
  readonly run?: string | undefined;
  readonly limit: number;
  /** Also the runs of other configurations. */
  readonly all: boolean;
  /** The command that goes on with a run. */
  readonly again: string;
}

/** Newest first. */
export function readStatus(
  store: StatusStore,
  request: StatusRequest,
): Promise<readonly RunStatusView[]> {
  return orHowToUpgrade(async () => {
    const runs = await chosenRuns(store, request);
    const [signs, workers] = await Promise.all([
      store.signs?.(runs.map(({ id }) => id)),
      runs.length === 1 ? workersOf(store, runs[0]?.id ?? '') : [],
    ]);
    return runs.map((run) => viewRun(run, { signs: signs?.get(run.id), workers }, request.again));
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

async function workersOf(store: StatusStore, run: string): Promise<readonly WorkerState[]> {
  return (await store.sharing?.workers(run)) ?? [];
}

async function chosenRuns(
  store: StatusStore,
  { config, run, limit, all }: StatusRequest,
): Promise<readonly RunSummary[]> {
  if (run !== undefined) return [await store.summary(run)];
  const runs = await store.runs(limit, all ? undefined : runPlaces(config));
  // Of the newest one the figures are those of this moment.
  const [first, ...others] = runs;
  return first === undefined ? [] : [await store.summary(first.id), ...others];
}
