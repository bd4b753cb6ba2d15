import { randomUUID } from 'node:crypto';

import { SnowmeltError, type RunRequest, type RunState, type TableRequest } from '@snowmelt/core';

import { refKey } from '../memory/rows.ts';
import { isHeld } from './memory-sharing.ts';
import type { MemoryStatusState, StoredChunk, StoredRun, StoredTable } from './status-state.ts';

const hourMilliseconds = 3_600_000;

/** `StatusStore.openRun`, in one go: nothing happens where a table is busy. */
export function openMemoryRun(
  state: MemoryStatusState,
  request: RunRequest,
  { store, now }: { store: symbol; now: Date },
): RunState {
  const earlier = runToGoOnWith(state, request, now);
  refuseBusy(state, request);
  refuseHeld(state, request, { own: earlier, now });
  const run = earlier ?? newRun(request, now);
  state.runs.set(run.id, run);
  for (const { key } of request.tables) state.claims.set(key, { run: run.id, store });
  for (const table of request.tables) reopenTable(run, table);
  Object.assign(run, {
    owner: request.owner,
    executionHash: request.executionHash,
    status: 'running',
    completedAt: undefined,
    error: undefined,
    settled: undefined,
    planFormat: request.planFormat,
    held: undefined,
  } satisfies Partial<StoredRun>);
  return describeRun(run, request, earlier !== undefined);
}

function runToGoOnWith(
  state: MemoryStatusState,
  { resume, executionHash, tables }: RunRequest,
  now: Date,
): StoredRun | undefined {
  if (resume.mode === 'never') return undefined;
  if (resume.mode === 'run') {
    const run = state.run(resume.run);
    const found = supersededTable(state, run, tables);
    if (found === undefined) return run;
    throw new SnowmeltError('RUN.SUPERSEDED', `run ${found.by} has loaded ${found.key} since`, {
      place: { run: run.id, table: found.key },
    });
  }
  return unfinishedMemoryRun(state, { executionHash, tables }, resume.maxAgeHours, now);
}

export function unfinishedMemoryRun(
  state: MemoryStatusState,
  { executionHash, tables }: Pick<RunRequest, 'executionHash' | 'tables'>,
  maxAgeHours: number,
  now: Date,
): StoredRun | undefined {
  const oldest = now.getTime() - maxAgeHours * hourMilliseconds;
  const isLeft = (run: StoredRun) =>
    run.executionHash === executionHash || tables.some(({ key }) => isUnfinished(run, key));
  const newest = [...state.runs.values()].findLast(
    (run) =>
      run.status !== 'completed' &&
      run.settled !== true &&
      run.limit === undefined &&
      run.startedAt.getTime() >= oldest &&
      isLeft(run),
  );
  if (newest === undefined || supersededTable(state, newest, tables) !== undefined)
    return undefined;
  return newest;
}

function isUnfinished(run: StoredRun, key: string): boolean {
  const status = run.tables.get(key)?.status ?? 'skipped';
  return status !== 'completed' && status !== 'skipped';
}

/** A table that the run has yet to load, and that a later run has begun. */
function supersededTable(
  state: MemoryStatusState,
  run: StoredRun,
  tables: readonly TableRequest[],
): { key: string; by: string } | undefined {
  const runs = [...state.runs.values()];
  const later = runs.slice(runs.indexOf(run) + 1).toReversed();
  for (const { key, hash, target } of tables) {
    const own = run.tables.get(key);
    if (own?.status === 'completed' && own.request.hash === hash) continue;
    const by = later.find(({ tables: others }) => {
      const other = others.get(key);
      return other?.plan !== undefined && refKey(other.request.target) === refKey(target);
    });
    if (by !== undefined) return { key, by: by.id };
  }
  return undefined;
}

function refuseBusy(state: MemoryStatusState, { tables }: RunRequest): void {
  for (const { key } of tables) {
    const claim = state.claims.get(key);
    if (claim === undefined) continue;
    throw new SnowmeltError('RUN.TABLE_BUSY', `run ${claim.run} is loading ${key}`, {
      place: { run: claim.run, table: key },
    });
  }
}

/** Between two processes of a distributed run nobody has its tables, and yet it goes on. */
function refuseHeld(
  state: MemoryStatusState,
  { tables, takesHeld = false }: RunRequest,
  { own, now }: { readonly own: StoredRun | undefined; readonly now: Date },
): void {
  const targets = new Set(tables.map(({ target }) => refKey(target)));
  const reaches = (run: StoredRun): boolean =>
    [...run.tables.values()].some(({ request }) => targets.has(refKey(request.target)));
  const other = [...state.runs.values()].find(
    (run) => isHeld(run, now) && (run === own ? !takesHeld : reaches(run)),
  );
  if (other === undefined) return;
  throw new SnowmeltError('RUN.TABLE_BUSY', `run ${other.id} goes on in other processes`, {
    place: { run: other.id },
  });
}

function newRun(request: RunRequest, now: Date): StoredRun {
  return {
    id: randomUUID(),
    executionHash: request.executionHash,
    sourceNames: request.sourceNames,
    ...(request.limit === undefined ? {} : { limit: request.limit }),
    startedAt: now,
    owner: request.owner,
    status: 'running',
    spent: new Map(),
    tables: new Map(),
    workers: new Map(),
  };
}

function reopenTable(run: StoredRun, request: TableRequest): void {
  const table = run.tables.get(request.key);
  if (table === undefined || table.request.hash !== request.hash) {
    run.tables.set(request.key, newTable(request));
    return;
  }
  table.request = request;
  table.gate = undefined;
  if (table.status === 'failed') {
    table.status = table.plan === undefined ? 'pending' : 'in_progress';
    table.error = undefined;
  }
  for (const chunk of table.chunks.values()) reopenChunk(chunk, run);
}

function newTable(request: TableRequest): StoredTable {
  return { request, status: 'pending', planned: false, chunks: new Map(), statements: new Map() };
}

/** The owner that had the run is gone, or its tables would be busy. Its workers are named after it. */
function reopenChunk(chunk: StoredChunk, { owner }: StoredRun): void {
  const orphaned = chunk.state === 'leased' && chunk.worker?.startsWith(owner) === true;
  if (!orphaned && chunk.state !== 'failed') return;
  if (chunk.state === 'failed') chunk.retries = 0;
  chunk.state = 'planned';
}

function describeRun(run: StoredRun, { tables }: RunRequest, resumed: boolean): RunState {
  return {
    id: run.id,
    resumed,
    startedAt: run.startedAt,
    ...(run.snapshot === undefined ? {} : { snapshot: run.snapshot }),
    tables: [...run.tables.values()]
      .filter(({ request }) => tables.some(({ key }) => key === request.key))
      .map(({ request, status, plan, planned }) => ({
        key: request.key,
        status,
        planned,
        ...(plan === undefined ? {} : { plan }),
      })),
  };
}
