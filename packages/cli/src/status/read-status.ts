import {
  isSnowmeltError,
  runPlaces,
  SnowmeltError,
  type Config,
  type RunSummary,
  type StatusStore,
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

/** Newest first. Reading changes nothing: a schema that is not there yet, or is an older one, stays as it is. */
export async function readStatus(
  store: StatusStore,
  request: StatusRequest,
): Promise<readonly RunStatusView[]> {
  try {
    const runs = await chosenRuns(store, request);
    const signs = await store.signs?.(runs.map(({ id }) => id));
    return runs.map((run) => viewRun(run, signs?.get(run.id), request.again));
  } catch (error) {
    if (!isSnowmeltError(error) || error.code !== 'STATUS.SCHEMA') throw error;
    const fix = '`snowmelt run` creates the status schema and brings it up to date.';
    throw new SnowmeltError(error.code, error.message, { cause: error, fix });
  }
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
