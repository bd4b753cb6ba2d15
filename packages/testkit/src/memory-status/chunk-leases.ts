import {
  chunkTransitions,
  SnowmeltError,
  type ChunkEvent,
  type ChunkPlan,
  type ChunkState,
  type ChunkTransition,
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
  // I9: its worker may have died of it.
  if (stateOf(chunk, terms.now) === 'lapsed') chunk.retries += 1;
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

function isFree(chunk: StoredChunk, now: Date): boolean {
  return chunkTransitions[stateOf(chunk, now)].lease !== 'refused';
}

function stateOf({ state, deadline }: StoredChunk, now: Date): ChunkState {
  const isOver = state === 'leased' && deadline !== undefined && deadline <= now;
  return isOver ? 'lapsed' : state;
}

function failures(chunks: readonly StoredChunk[]): { failed?: FailedChunks } {
  const failed = chunks.filter(({ state }) => state === 'failed');
  const [first] = failed;
  if (first === undefined) return {};
  return { failed: { count: failed.length, chunk: first.plan.id, error: first.error ?? '' } };
}

export function renewChunk(table: StoredTable, lease: Lease, terms: LeaseTerms): Lease {
  const { chunk, next } = moveChunk(table, lease, { what: 'renew', now: terms.now });
  chunk.state = next;
  chunk.deadline = new Date(terms.now.getTime() + terms.milliseconds);
  return { ...lease, deadline: chunk.deadline };
}

export function recordChunk(
  table: StoredTable,
  lease: Lease,
  { event, now }: { readonly event: ChunkEvent; readonly now: Date },
): void {
  const { chunk, next } = moveChunk(table, lease, { what: event.type, now });
  // I5: the reply to the first time may have been lost.
  if (next === chunk.state && next !== 'leased') return;
  chunk.state = next === 'lapsed' ? 'leased' : next;
  if (event.type === 'loaded') Object.assign(chunk, { rows: event.rows, bytes: event.bytes });
  if (event.type === 'loaded') addMemoryChunks(table, event.pieces ?? []);
  if (event.type === 'extracted') addMemoryChunks(table, event.chunks);
  if (event.type === 'retried') chunk.retries += 1;
  if (event.type === 'retried' || event.type === 'failed') chunk.error = event.error;
}

/** I3: throws where somebody has leased the chunk since, or it is in no state for that. */
function moveChunk(
  table: StoredTable,
  lease: Lease,
  { what, now }: { readonly what: ChunkTransition; readonly now: Date },
): { readonly chunk: StoredChunk; readonly next: ChunkState } {
  const chunk = table.chunks.get(lease.chunk.id);
  if (chunk?.generation === lease.generation && chunk.worker === lease.worker) {
    const next = chunkTransitions[stateOf(chunk, now)][what];
    if (next !== 'refused') return { chunk, next };
  }
  throw new SnowmeltError('RUN.LEASE_LOST', `${lease.worker} has lost chunk ${lease.chunk.id}`, {
    place: { run: lease.run, table: lease.table, chunk: lease.chunk.id },
  });
}

/** I8: the target's ledger is believed in any state but that of an extract chunk. */
export function adoptChunk(
  { chunks }: StoredTable,
  { id, rows, bytes }: { readonly id: string; readonly rows: number; readonly bytes: number },
): void {
  const chunk = chunks.get(id);
  if (chunk === undefined || chunk.plan.kind === 'extract') return;
  if (chunk.state !== 'loaded') Object.assign(chunk, { state: 'loaded', rows, bytes });
}
