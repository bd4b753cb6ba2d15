import { expect } from 'vitest';

import {
  chunkTransitions,
  isSnowmeltError,
  type ChunkEvent,
  type ChunkState,
  type ChunkTransition,
  type Lease,
  type RunId,
  type StatusStore,
} from '@snowmelt/core';

import type { Cases } from '../cases.ts';
import { extractChunk, loadChunk, openedRun, runRequest, table } from './sample-run.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';

interface ModelChunk {
  readonly id: string;
  readonly kind: 'load' | 'extract';
  state: ChunkState;
  generation: number;
  worker: string;
  retries: number;
}

/** A store and what the table of transitions says of the same chunks. */
interface Play {
  readonly harness: StatusStoreHarness;
  readonly random: (below: number) => number;
  readonly run: RunId;
  store: StatusStore;
  owner: string;
  openings: number;
  readonly chunks: ModelChunk[];
  /** All that were ever given. */
  readonly leases: Lease[];
}

const fresh = { state: 'planned', generation: 0, worker: '', retries: 0 } as const;
const helpers = ['host/3/cccc', 'host/4/dddd'] as const;

/** What a store does is what the table of states says, in whatever order it is asked. */
export const modelCases: Cases<StatusStoreHarness> = {
  'I1 to I9: random sequences of 4 workers agree with the table of states': async (harness) => {
    for (const seed of [1, 2]) {
      const first = [loadChunk('a'), loadChunk('b'), extractChunk('x'), extractChunk('y')];
      const resume = { mode: 'never' } as const;
      const { store, run } = await openedRun(harness, first, { resume });
      const chunks = first.map(({ id, kind }) => ({ id, kind, ...fresh }));
      const owner = 'host/1/aaaa';
      const random = randomNumbers(seed);
      const play = { harness, random, run: run.id, store, owner, openings: 0, chunks, leases: [] };
      await playOn(play, seed);
      await play.store.closeRun(run.id, 'partial');
    }
  },
};

async function playOn(play: Play, seed: number): Promise<void> {
  const moves = [lease, lease, lease, say, say, say, say, renew, adopt, pass, leave, reopen];
  for (let step = 0; step < 50; step += 1) {
    const move = moves[play.random(moves.length)] ?? lease;
    const told = `seed ${seed}, step ${step}, ${move.name}`;
    await move(play, told);
    const isOpen = ({ state }: ModelChunk) => ['planned', 'leased', 'lapsed'].includes(state);
    const open = play.chunks.filter(isOpen);
    const extract = open.filter(({ kind }) => kind === 'extract').length;
    const left = open.length === 0 ? [] : [{ table, load: open.length - extract, extract }];
    expect(await play.store.sharing?.openChunks(play.run), told).toEqual(left);
  }
  const [{ completedChunks, failedChunks } = {}] = (await play.store.summary(play.run)).tables;
  const loads = play.chunks.filter(({ kind }) => kind === 'load');
  const inState = (state: ChunkState) => loads.filter((chunk) => chunk.state === state).length;
  expect([completedChunks, failedChunks]).toEqual([inState('loaded'), inState('failed')]);
}

async function lease(play: Play, told: string): Promise<void> {
  const worker = `${pick(play, [play.owner, ...helpers])}/${table}/${play.random(2)}`;
  const free = play.chunks.filter(({ state }) => chunkTransitions[state].lease !== 'refused');
  const next = free.find(({ kind }) => kind === 'load') ?? free[0];
  const answer = await play.store.lease(play.run, table, worker);
  if (next === undefined) {
    const inHand = play.chunks.some(({ state }) => state === 'leased');
    expect(answer.kind, told).toBe(inHand ? 'wait' : 'done');
    return;
  }
  if (next.state === 'lapsed') next.retries += 1;
  Object.assign(next, { state: 'leased', worker, generation: next.generation + 1 });
  const { generation, retries } = next;
  expect(answer, told).toMatchObject({ kind: 'lease', lease: { generation, retries, worker } });
  if (answer.kind !== 'lease') return;
  expect(answer.lease.chunk.id, told).toBe(next.id);
  play.leases.push(answer.lease);
}

/** Under any lease that was ever given, also one of long ago. */
async function say(play: Play, told: string): Promise<void> {
  const held = anyLease(play);
  if (held === undefined) return;
  const ended = held.chunk.kind === 'load' ? 'loaded' : 'extracted';
  const type = pick(play, [ended, ended, 'retried', 'failed', 'released'] as const);
  const brought = loadChunk(`${held.chunk.id}/of`);
  const next = await speak(play, { held, what: type, told }, (store) =>
    store.record(held, eventOf(type, brought)),
  );
  if (next === undefined) return;
  if (type === 'retried') next.chunk.retries += 1;
  if (type === 'extracted' && next.before !== 'extracted') {
    play.chunks.push({ id: brought.id, kind: 'load', ...fresh });
  }
}

function eventOf(type: ChunkEvent['type'], brought: ReturnType<typeof loadChunk>): ChunkEvent {
  if (type === 'loaded') return { type, rows: 1, bytes: 1 };
  if (type === 'extracted') return { type, chunks: [brought] };
  return type === 'released' ? { type } : { type, error: 'E' };
}

async function renew(play: Play, told: string): Promise<void> {
  const held = anyLease(play);
  if (held !== undefined) {
    await speak(play, { held, what: 'renew', told }, (store) => store.renew(held));
  }
}

interface Saying {
  readonly held: Lease;
  readonly what: ChunkTransition;
  readonly told: string;
}

/** Says it to both; nothing where it is refused. */
async function speak(
  play: Play,
  { held, what, told }: Saying,
  tell: (store: StatusStore) => Promise<unknown>,
): Promise<{ readonly chunk: ModelChunk; readonly before: ChunkState } | undefined> {
  const chunk = play.chunks.find(({ id }) => id === held.chunk.id);
  if (chunk === undefined) throw new Error(`there is no chunk ${held.chunk.id}`);
  const isLast = chunk.generation === held.generation && chunk.worker === held.worker;
  const next = isLast ? chunkTransitions[chunk.state][what] : 'refused';
  const refused = await tell(play.store).then(
    () => 'accepted',
    (error: unknown) => (isSnowmeltError(error) ? error.code : String(error)),
  );
  const where = `${told}: ${what} of ${chunk.id}, which is ${chunk.state}`;
  expect(refused, where).toBe(next === 'refused' ? 'RUN.LEASE_LOST' : 'accepted');
  if (next === 'refused') return undefined;
  const before = chunk.state;
  chunk.state = next;
  return { chunk, before };
}

async function adopt(play: Play): Promise<void> {
  const chunk = pick(play, play.chunks);
  await play.store.recordLoaded(play.run, table, [{ id: chunk.id, rows: 1, bytes: 1 }]);
  if (chunk.kind === 'load') move(chunk, 'adopted');
}

async function pass(play: Play): Promise<void> {
  await play.harness.passTime(play.harness.leaseMilliseconds + 1000);
  for (const chunk of play.chunks) move(chunk, 'expired');
}

async function leave(play: Play): Promise<void> {
  const worker = pick(play, helpers);
  await play.store.sharing?.left(play.run, worker);
  for (const chunk of play.chunks) {
    if (chunk.worker.startsWith(`${worker}/`)) move(chunk, 'left');
  }
}

/** The owner dies, and the next one opens the run. */
async function reopen(play: Play): Promise<void> {
  const dead = play.owner;
  await play.harness.crash(play.store);
  play.openings += 1;
  play.owner = `host/2/b${play.openings}`;
  play.store = await play.harness.open();
  const resume = { mode: 'run', run: play.run } as const;
  await play.store.openRun(runRequest({ owner: play.owner, resume }));
  for (const chunk of play.chunks) {
    if (chunk.state === 'failed') chunk.retries = 0;
    if (chunk.state === 'failed' || chunk.worker.startsWith(`${dead}/`)) move(chunk, 'reopened');
  }
}

function move(chunk: ModelChunk, what: ChunkTransition): void {
  const next = chunkTransitions[chunk.state][what];
  if (next !== 'refused') chunk.state = next;
}

function anyLease(play: Play): Lease | undefined {
  return play.leases.length === 0 ? undefined : pick(play, play.leases);
}

function pick<T>({ random }: Play, choices: readonly T[]): T {
  const choice = choices[random(choices.length)];
  if (choice === undefined) throw new RangeError('nothing to choose from');
  return choice;
}

/** The same numbers for the same seed: a linear congruential generator, of Numerical Recipes. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
