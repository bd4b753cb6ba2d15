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
  const { ask, found } = asking(context);
  const seen = await ask(async () => (await status.observes?.activity(runsLookedAt)) ?? [], []);
  const runs = ofTables(seen, jobs);
  found.push(...runs.flatMap(troublesOfRun));
  for (const database of databases) {
    found.push(...(await ask(() => ofDatabase(database, { target, status, context }), [])));
  }
  if (source !== undefined) {
    found.push(...(await ask(() => troublesOfSnapshots(runs, jobs, { source, context }), [])));
    const sides = { source, status, context };
    found.push(
      ...troublesOfStages(await ask(() => clearStages(jobs, sides, { dryRun: true }), [])),
    );
  }
  return { runs, troubles: worstFirst(found) };
}

/**
 * The same of one run, by what its tables' databases say of it: of one at work, for whom it waits; of
 * one that is over, the rows that were refused.
 */
export async function diagnoseRun(
  activity: RunActivity,
  openTarget: () => Promise<Target>,
  { status, context }: Pick<DiagnoseUsing, 'status' | 'context'>,
): Promise<readonly Trouble[]> {
  const { ask, found } = asking(context);
  found.push(...troublesOfRun(activity));
  const look = lookAtTarget(activity);
  if (look === undefined) return found;
  const { id, tables } = activity.run;
  const names = new Set(tables.map(({ target }) => nameOf(target)));
  const target = await openTarget();
  for (const database of new Set(tables.map((table) => table.target.database))) {
    const troubles = await ask(() => look(database, { target, status, context }), []);
    found.push(
      ...troubles.filter(
        ({ run = id, table }) => run === id && (table === undefined || names.has(table)),
      ),
    );
  }
  return worstFirst(found);
}

function lookAtTarget({ run, life }: RunActivity): typeof ofDatabase | undefined {
  if (life === 'live') return waitsIn;
  const isOver = run.status === 'completed' || life === 'ended';
  return isOver && run.tables.every(({ rejected = 0 }) => rejected === 0) ? undefined : ofDatabase;
}

/** What can't be asked is a trouble itself. */
function asking({ signal }: WorkContext) {
  const found: Trouble[] = [];
  const ask = async <T>(asked: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await asked();
    } catch (error) {
      signal.throwIfAborted();
      if (!isSnowmeltError(error)) throw error;
      const { code, message, fix } = error;
      found.push(trouble('not-reached', { code, message: `${code}: ${message}`, fix }));
      return otherwise;
    }
  };
  return { ask, found };
}

function worstFirst(troubles: readonly Trouble[]): readonly Trouble[] {
  return troubles.toSorted((a, b) => rank[a.level] - rank[b.level]);
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

type OnTarget = Pick<DiagnoseUsing, 'target' | 'status' | 'context'>;

async function ofDatabase(database: string, using: OnTarget): Promise<readonly Trouble[]> {
  return [...(await waitsIn(database, using)), ...(await leftIn(database, using))];
}

async function livesOf({ status }: OnTarget, runs: readonly RunId[]) {
  const unknown: ReadonlyMap<RunId, RunLife> = new Map();
  return (await status.runLives?.(runs)) ?? unknown;
}

/** Who waits for whom. */
async function waitsIn(database: string, using: OnTarget): Promise<readonly Trouble[]> {
  const sessions = (await using.target.sessions?.list(database, using.context)) ?? [];
  const named = [...sessions, ...sessions.flatMap(({ blockers }) => blockers)];
  const known = await livesOf(using, [...new Set(named.flatMap(({ run }) => run ?? []))]);
  return troublesOfSessions(sessions, database, known);
}

/** What runs have left behind. */
async function leftIn(database: string, using: OnTarget): Promise<readonly Trouble[]> {
  const { target, context } = using;
  const lives = (runs: readonly RunId[]) => livesOf(using, runs);
  const request = { database, dropGathered: false, dryRun: true, lives };
  const owed = await target.repairs?.repair(request, context);
  const groups = (await target.rejects?.groups(database, { all: false }, context)) ?? [];
  return [...(owed === undefined ? [] : troublesOfRepair(owed)), ...troublesOfRejects(groups)];
}
