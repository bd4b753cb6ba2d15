import type {
  ChunkPlan,
  Lease,
  RunRequest,
  RunState,
  StatusStore,
  TableRequest,
} from '@snowmelt/core';

import type { StatusStoreHarness } from './status-store-harness.ts';

export const table = 'shop.orders';

export function tableRequest(key = table, parts: Partial<TableRequest> = {}): TableRequest {
  const ref = { database: 'SHOP', schema: 'SALES', name: key };
  return { key, sourceName: 'shop', source: ref, target: ref, hash: 'hash-1', ...parts };
}

export function runRequest(parts: Partial<RunRequest> = {}): RunRequest {
  return {
    configHash: 'config-1',
    executionHash: 'execution-1',
    sourceNames: ['shop'],
    tables: [tableRequest()],
    owner: 'host/1/aaaa',
    resume: { mode: 'auto', maxAgeHours: 24 },
    ...parts,
  };
}

export function loadChunk(id: string, parts: Partial<ChunkPlan> = {}): ChunkPlan {
  return { id, kind: 'load', range: { part: id }, spec: { path: `${id}.csv` }, ...parts };
}

export function extractChunk(id: string): ChunkPlan {
  return { id, kind: 'extract', range: { segment: id }, spec: { where: id } };
}

export interface OpenedRun {
  readonly store: StatusStore;
  readonly run: RunState;
}

/** A migrated store with an open run of one table that has these chunks. */
export async function openedRun(
  harness: StatusStoreHarness,
  chunks: readonly ChunkPlan[] = [],
  parts: Partial<RunRequest> = {},
): Promise<OpenedRun> {
  const store = await harness.open();
  await store.migrate();
  const run = await store.openRun(runRequest(parts));
  await store.addChunks(run.id, table, chunks);
  await store.recordTable(run.id, table, { type: 'chunked' });
  return { store, run };
}

/** The next lease; fails where there is none. */
export async function takeLease(
  { store, run }: OpenedRun,
  worker = 'host/1/aaaa/shop.orders/0',
): Promise<Lease> {
  const answer = await store.lease(run.id, table, worker);
  if (answer.kind === 'lease') return answer.lease;
  throw new Error(`expected a lease, got ${answer.kind}`);
}

/** All ids that are left to lease, in the order they are handed out. */
export async function leaseAll(opened: OpenedRun, worker?: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const answer = await opened.store.lease(opened.run.id, table, worker ?? 'host/1/aaaa/x/9');
    if (answer.kind !== 'lease') return ids;
    ids.push(answer.lease.chunk.id);
  }
}

export async function summaryOf({ store, run }: OpenedRun) {
  const summary = await store.summary(run.id);
  const found = summary.tables.find(({ key }) => key === table);
  if (found === undefined) throw new Error(`the summary lacks ${table}`);
  return found;
}
