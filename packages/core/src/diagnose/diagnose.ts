import type { RunActivity } from '../contract/observes.ts';
import type { Source } from '../contract/source.ts';
import type { StatusStore } from '../contract/status-store.ts';
import type { TableJob } from '../contract/table-job.ts';
import type { TableRef } from '../contract/table-schema.ts';
import type { RunId, RunLife } from '../contract/table-plan.ts';
import type { Target } from '../contract/target.ts';
import type { WorkContext } from '../contract/work-context.ts';
import { clearStages } from '../engine/run/clear-stages.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { trouble, type Trouble } from './trouble.ts';
import { troublesOfRun } from './troubles-of-run.ts';
import { troublesOfSnapshots, troublesOfStages } from './troubles-of-source.ts';
import {
  nameOf,
  troublesOfRejects,
  troublesOfRepair,
  troublesOfSessions,
} from './troubles-of-target.ts';

export interface DiagnoseRequest {
  readonly jobs: readonly TableJob[];
  /** Target databases. */
  readonly databases: readonly string[];
}

export interface DiagnoseUsing {
  /** Absent: nothing is asked of the source, which may cost. */
  readonly source?: Source;
  readonly target: Target;
  readonly status: StatusStore;
  readonly context: WorkContext;
}

export interface Diagnosis {
  /** Runs of these tables that are alive or unfinished, and the newest one. */
  readonly runs: readonly RunActivity[];
  /** The worst first. */
  readonly troubles: readonly Trouble[];
}

/** Unfinished runs that are looked at, the newest. */
const runsLookedAt = 20;

/**
 * What runs are doing and what is wrong, with what mends it. Changes nothing. A side that can't be
 * asked is a trouble itself, and the others are asked all the same.
 */
export async function diagnose(
  { jobs, databases }: DiagnoseRequest,
  using: DiagnoseUsing,
): Promise<Diagnosis> {
  const { source, target, status, context } = using;
  const found: Trouble[] = [];
  const ask = async <T>(asked: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await asked();
    } catch (error) {
      context.signal.throwIfAborted();
      if (!isSnowmeltError(error)) throw error;
      const { code, message, fix } = error;
      found.push(trouble('not-reached', { code, message: `${code}: ${message}`, fix }));
      return otherwise;
    }
  };
  const seen = await ask(async () => (await status.observes?.activity(runsLookedAt)) ?? [], []);
  const runs = ofTables(seen, jobs);
  found.push(...runs.flatMap(troublesOfRun));
  const unknown: ReadonlyMap<RunId, RunLife> = new Map();
  const lives = async (asked: readonly RunId[]) => (await status.runLives?.(asked)) ?? unknown;
  for (const database of databases) {
    found.push(...(await ask(() => ofDatabase(database, { target, context, lives }), [])));
  }
  if (source !== undefined) {
    found.push(...(await ask(() => troublesOfSnapshots(runs, jobs, { source, context }), [])));
    const sides = { source, status, context };
    found.push(
      ...troublesOfStages(await ask(() => clearStages(jobs, sides, { dryRun: true }), [])),
    );
  }
  return { runs, troubles: found.toSorted((a, b) => rank[a.level] - rank[b.level]) };
}

const rank = { wrong: 0, waits: 1, left: 2 } as const;

/** A status schema may have runs of other configurations. */
function ofTables(runs: readonly RunActivity[], jobs: readonly TableJob[]): readonly RunActivity[] {
  const targets = new Set(jobs.map(({ target }) => nameOf(target)));
  // What a wildcard has stood for is anywhere in its schema.
  const open = jobs.filter(({ wildcard }) => wildcard?.open === true);
  const schemas = new Set(open.map(({ target }) => nameOf({ ...target, name: '' })));
  const isOurs = (target: TableRef): boolean =>
    targets.has(nameOf(target)) || schemas.has(nameOf({ ...target, name: '' }));
  return runs.filter(({ run }) => run.tables.some(({ target }) => isOurs(target)));
}

interface OnDatabase {
  readonly target: Target;
  readonly context: WorkContext;
  readonly lives: (runs: readonly RunId[]) => Promise<ReadonlyMap<RunId, RunLife>>;
}

async function ofDatabase(
  database: string,
  { target, context, lives }: OnDatabase,
): Promise<readonly Trouble[]> {
  const request = { database, dropGathered: false, dryRun: true, lives };
  const sessions = (await target.sessions?.list(database, context)) ?? [];
  const named = [...sessions, ...sessions.flatMap(({ blockers }) => blockers)];
  const known = await lives([...new Set(named.flatMap(({ run }) => run ?? []))]);
  const owed = await target.repairs?.repair(request, context);
  const groups = (await target.rejects?.groups(database, { all: false }, context)) ?? [];
  return [
    ...troublesOfSessions(sessions, database, known),
    ...(owed === undefined ? [] : troublesOfRepair(owed)),
    ...troublesOfRejects(groups),
  ];
}
