import {
  SnowmeltError,
  type ChunkEvent,
  type ChunkPlan,
  type FailedChunks,
  type Lease,
  type LeaseAnswer,
  type WorkerId,
} from '@snowmelt/core';

import { asJson, type StoredChunk, type StoredTable } from './status-state.ts';

export interface LeaseTerms {
  readonly now: Date;
  readonly milliseconds: number;
}

export function addMemoryChunks(table: StoredTable, chunks: readonly ChunkPlan[]): void {
  for (const plan of chunks) {
    if (table.chunks.has(plan.id)) continue;
    const chunk: StoredChunk = {
      plan: asJson(plan),
      state: 'planned',
      generation: 0,
      retries: 0,
      rows: 0,
      bytes: 0,
    };
    table.chunks.set(plan.id, chunk);
  }
}

/** Load chunks before extract chunks, so that what was extracted does not pile up; keys come after rows. */
export function takeChunk(
  table: StoredTable,
  who: { run: string; worker: WorkerId },
  terms: LeaseTerms,
): LeaseAnswer {
  const chunks = [...table.chunks.values()];
  const free = chunks.filter((chunk) => isFree(chunk, terms.now));
  const files = free.filter(({ plan }) => plan.kind === 'load');
  const chunk = files.find(({ plan }) => plan.of !== 'keys') ?? files[0] ?? free[0];
  if (chunk === undefined) {
    if (chunks.some(({ state }) => state === 'leased')) return { kind: 'wait' };
    return { kind: 'done', ...failures(chunks) };
  }
  chunk.state = 'leased';
  chunk.worker = who.worker;
  chunk.generation += 1;
  chunk.deadline = new Date(terms.now.getTime() + terms.milliseconds);
  return {
    kind: 'lease',
    lease: {
      ...who,
      table: table.request.key,
      chunk: chunk.plan,
      generation: chunk.generation,
      deadline: chunk.deadline,
      retries: chunk.retries,
    },
  };
}

function isFree({ state, deadline }: StoredChunk, now: Date): boolean {
  return state === 'planned' || (state === 'leased' && deadline !== undefined && deadline <= now);
}

function failures(chunks: readonly StoredChunk[]): { failed?: FailedChunks } {
  const failed = chunks.filter(({ state }) => state === 'failed');
  const [first] = failed;
  if (first === undefined) return {};
  return { failed: { count: failed.length, chunk: first.plan.id, error: first.error ?? '' } };
}

export function renewChunk(table: StoredTable, lease: Lease, terms: LeaseTerms): Lease {
  const chunk = heldChunk(table, lease);
  chunk.deadline = new Date(terms.now.getTime() + terms.milliseconds);
  return { ...lease, deadline: chunk.deadline };
}

export function recordChunk(table: StoredTable, lease: Lease, event: ChunkEvent): void {
  const chunk = heldChunk(table, lease);
  switch (event.type) {
    case 'loaded':
      Object.assign(chunk, { state: 'loaded', rows: event.rows, bytes: event.bytes });
      break;
    case 'extracted':
      chunk.state = 'extracted';
      addMemoryChunks(table, event.chunks);
      break;
    case 'retried':
      Object.assign(chunk, { retries: chunk.retries + 1, error: event.error });
      break;
    case 'failed':
      Object.assign(chunk, { state: 'failed', error: event.error });
      break;
    case 'released':
      Object.assign(chunk, { state: 'planned', worker: undefined });
      break;
  }
}

/** The lease's chunk, as long as nobody has leased it since and it has not come to its end. */
function heldChunk(table: StoredTable, lease: Lease): StoredChunk {
  const chunk = table.chunks.get(lease.chunk.id);
  if (chunk?.state === 'leased' && chunk.generation === lease.generation) return chunk;
  throw new SnowmeltError('RUN.LEASE_LOST', `${lease.worker} has lost chunk ${lease.chunk.id}`, {
    place: { run: lease.run, table: lease.table, chunk: lease.chunk.id },
  });
}
