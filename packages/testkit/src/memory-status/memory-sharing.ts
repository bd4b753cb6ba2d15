import type { OpenChunks, Ownership, Sharing } from '@snowmelt/core';

import { asJson, type MemoryStatusState, type StoredRun } from './status-state.ts';

interface MemoryProcess {
  readonly state: MemoryStatusState;
  readonly now: () => Date;
  /** The process gives its claims on the run back. */
  readonly letGo: (run: string) => void;
}

export function memorySharing({ state, now, letGo }: MemoryProcess): Sharing {
  return {
    look: async (id) => {
      const run = state.run(id);
      const { status, owner, startedAt, snapshot, planFormat } = run;
      return {
        id,
        status,
        owner,
        startedAt,
        ownership: ownershipOf(state, run, now()),
        ...(snapshot === undefined ? {} : { snapshot }),
        ...(planFormat === undefined ? {} : { planFormat }),
        tables: [...run.tables.values()].map((table) => ({
          key: table.request.key,
          hash: table.request.hash,
          status: table.status,
          planned: table.planned,
          ...(table.plan === undefined || table.gate === undefined
            ? {}
            : { plan: asJson(table.plan) }),
          ...(table.gate === undefined ? {} : { gate: table.gate }),
        })),
      };
    },
    openChunks: async (id) => openChunksOf(state.run(id)),
    seen: async (id, { waitsFor, ...worker }) => {
      const run = state.run(id);
      const before = run.workers.get(worker.id);
      const since = before?.waitsFor === waitsFor ? before?.waitsSince : undefined;
      run.workers.set(worker.id, {
        ...worker,
        startedAt: before?.startedAt ?? now(),
        lastSeenAt: now(),
        ...(waitsFor === undefined ? {} : { waitsFor, waitsSince: since ?? now() }),
      });
    },
    left: async (id, worker) => leaveMemoryRun(state.run(id), worker, now()),
    workers: async (id) => {
      const { workers, owner } = state.run(id);
      return [...workers.values()].map((worker) => ({ ...worker, isOwner: worker.id === owner }));
    },
    handOver: async (id, seconds) => {
      state.run(id).held = { since: now(), seconds };
      letGo(id);
    },
  };
}

function openChunksOf({ tables }: StoredRun): OpenChunks[] {
  return [...tables].flatMap(([table, { chunks }]) => {
    const open = [...chunks.values()].filter(
      (chunk) => chunk.state === 'planned' || chunk.state === 'leased',
    );
    const extract = open.filter(({ plan }) => plan.kind === 'extract').length;
    return open.length === 0 ? [] : [{ table, load: open.length - extract, extract }];
  });
}

function leaveMemoryRun(run: StoredRun, id: string, now: Date): void {
  const worker = run.workers.get(id);
  if (worker !== undefined) {
    const { waitsFor: _nothing, waitsSince: _never, ...rest } = worker;
    run.workers.set(id, { ...rest, endedAt: now });
  }
  for (const { chunks } of run.tables.values()) {
    for (const chunk of chunks.values()) {
      if (chunk.state !== 'leased' || chunk.worker?.startsWith(`${id}/`) !== true) continue;
      chunk.state = 'planned';
    }
  }
}

function ownershipOf(state: MemoryStatusState, run: StoredRun, now: Date): Ownership {
  if ([...state.claims.values()].some((claim) => claim.run === run.id)) return 'live';
  return isHeld(run, now) ? 'held' : 'none';
}

/** Kept for the next process of its own. */
export function isHeld({ status, held, workers }: StoredRun, now: Date): boolean {
  if (held === undefined || status !== 'running') return false;
  const signs = [...workers.values()].map(({ lastSeenAt }) => lastSeenAt.getTime());
  return Math.max(held.since.getTime(), ...signs) + held.seconds * 1000 > now.getTime();
}
