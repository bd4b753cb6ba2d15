import {
  leftOutNote,
  systemClock,
  type Clock,
  type LeftOut,
  type RunPlace,
  type RunSummary,
  type StatusStore,
  type TableEvent,
  type WorkerId,
} from '@snowmelt/core';

import {
  addMemoryChunks,
  adoptChunk,
  recordChunk,
  renewChunk,
  takeChunk,
  type LeaseTerms,
} from './chunk-leases.ts';
import { openMemoryRun, unfinishedMemoryRun } from './open-memory-run.ts';
import { memorySharing } from './memory-sharing.ts';
import { asJson, MemoryStatusState, type StoredRun, type StoredTable } from './status-state.ts';
import { summariseRun } from './summarise-run.ts';

export interface MemoryStatusOptions {
  readonly clock?: Clock;
  /** How long a lease holds. Default 60 s. */
  readonly leaseMilliseconds?: number;
  /** Shared by the stores of several "processes"; without it the store has one of its own. */
  readonly state?: MemoryStatusState;
}

export interface MemoryStatusStore extends StatusStore {
  readonly state: MemoryStatusState;
}

/**
 * A status store that keeps the whole contract in memory. Disposing it is the end of its process:
 * the tables that it claimed are free.
 */
export function memoryStatusStore(options: MemoryStatusOptions = {}): MemoryStatusStore {
  const state = options.state ?? new MemoryStatusState();
  const clock = options.clock ?? systemClock;
  const store = Symbol('store');
  const terms = () => ({
    now: clock.now(),
    milliseconds: options.leaseMilliseconds ?? 60_000,
  });
  const freeClaims = (isOver: (run: string) => boolean): void => {
    for (const [key, claim] of state.claims) {
      if (claim.store === store && isOver(claim.run)) state.claims.delete(key);
    }
  };
  return {
    state,
    migrate: async () => undefined,
    openRun: async (request) => openMemoryRun(state, asJson(request), { store, now: clock.now() }),
    unfinishedRun: async (request, maxAgeHours) => {
      const run = unfinishedMemoryRun(state, asJson(request), maxAgeHours, clock.now());
      return run === undefined ? undefined : summariseRun(run);
    },
    keepSnapshot: async (run, snapshot) => (state.run(run).snapshot ??= asJson(snapshot)),
    recordTable: async (run, key, event) =>
      recordTableEvent(state.table(run, key), event, clock.now()),
    ...chunkMethods(state, terms),
    closeRun: async (id, status, error, settled = false) => {
      closeMemoryRun(state.run(id), { status, error, settled }, clock.now());
      freeClaims((run) => run === id);
    },
    sharing: memorySharing({
      state,
      now: () => clock.now(),
      letGo: (id) => freeClaims((run) => run === id),
    }),
    spend: async (run, owner, { credits }) => spendCredits(state.run(run), owner, credits),
    summary: async (run) => summariseRun(state.run(run)),
    runs: async (limit, places) => newestRuns(state, limit, places),
    [Symbol.asyncDispose]: async () => freeClaims(() => true),
  };
}

type ChunkMethods = Pick<
  StatusStore,
  'addChunks' | 'lease' | 'renew' | 'record' | 'recordLoaded' | 'statements'
>;

function chunkMethods(state: MemoryStatusState, terms: () => LeaseTerms): ChunkMethods {
  return {
    addChunks: async (run, key, chunks) => addMemoryChunks(state.table(run, key), chunks),
    lease: async (run, key, worker, gate) => {
      const table = state.table(run, key);
      if (gate !== undefined && gate !== table.gate) return { kind: 'shut' };
      return takeChunk(table, { run, worker }, terms());
    },
    renew: async (lease) => renewChunk(state.table(lease.run, lease.table), lease, terms()),
    record: async (lease, event) =>
      recordChunk(state.table(lease.run, lease.table), lease, { event, now: terms().now }),
    recordLoaded: async (run, key, loaded) => {
      for (const chunk of loaded) adoptChunk(state.table(run, key), chunk);
    },
    statements: {
      find: async (run, key, name) => state.table(run, key).statements.get(name),
      keep: async (run, key, name, statement) =>
        void state.table(run, key).statements.set(name, asJson(statement)),
      forget: async (run, key, name) => void state.table(run, key).statements.delete(name),
    },
  };
}

function spendCredits({ spent }: StoredRun, owner: WorkerId, credits: number): number {
  spent.set(owner, credits);
  return [...spent.values()].reduce((sum, one) => sum + one, 0);
}

function newestRuns(
  { runs }: MemoryStatusState,
  limit: number,
  places?: readonly RunPlace[],
): RunSummary[] {
  return [...runs.values()]
    .toReversed()
    .filter((run) => places === undefined || places.some((place) => goesTo(run, place)))
    .slice(0, limit)
    .map(summariseRun);
}

function goesTo({ tables }: StoredRun, { sourceName, database, schema }: RunPlace): boolean {
  return [...tables.values()].some(
    ({ request: { sourceName: name, target } }) =>
      name === sourceName && target.database === database && target.schema === schema,
  );
}

function closeMemoryRun(
  run: StoredRun,
  { status, error, settled }: Pick<StoredRun, 'status' | 'error' | 'settled'>,
  now: Date,
): void {
  const left = [...run.tables.values()].some(
    (table) =>
      table.plan !== undefined && table.status !== 'completed' && table.status !== 'skipped',
  );
  run.held = undefined;
  run.status = status === 'completed' && left ? 'partial' : status;
  Object.assign(run, { error, settled: settled === true && !left, completedAt: now });
}

function recordTableEvent(table: StoredTable, event: TableEvent, now: Date): void {
  switch (event.type) {
    case 'planned':
      table.plan = asJson(event.plan);
      table.gate = undefined;
      table.status = 'in_progress';
      table.startedAt ??= now;
      break;
    case 'restarted':
      table.chunks.clear();
      table.statements.clear();
      Object.assign(table, { plan: undefined, planned: false, gate: undefined, status: 'pending' });
      break;
    case 'chunked':
      table.planned = true;
      break;
    case 'opened':
      table.gate = event.gate;
      break;
    case 'indexes_disabled':
      table.indexes = 'disabled';
      break;
    case 'indexes_restored':
      if (table.indexes !== undefined) table.indexes = 'restored';
      break;
    case 'completed':
      Object.assign(table, {
        status: 'completed',
        gate: undefined,
        completedAt: now,
        ...endingOf(event),
      });
      table.verification = event.verification;
      table.merged = event.merged;
      break;
    case 'failed':
      Object.assign(table, {
        status: 'failed',
        gate: undefined,
        error: event.error,
        fix: event.fix,
      });
      break;
  }
}

function endingOf({ rejected, met }: LeftOut): Pick<StoredTable, 'error' | 'rejected' | 'met'> {
  return { error: leftOutNote({ rejected, met }), rejected, met };
}
