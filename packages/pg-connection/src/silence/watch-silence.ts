import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

import type { Client } from 'pg';

import type { Backends, BackendView } from './look-at-backends.ts';

/** A wait for the server that lasts: what the log is told. */
export interface Silence {
  /** Such as `db.example.com:5432, database sales`. */
  readonly server: string;
  /** The first words of the statement that is waited for: no value, no name. */
  readonly what: string;
  readonly seconds: number;
  /** What the server says of it, asked beside; absent: it gave no answer. */
  readonly says?: string;
}

export interface SilenceWatch {
  /** After which the connection is given up. */
  readonly limitMs: number;
  readonly backends: Backends;
  readonly tell: (silence: Omit<Silence, 'server'>) => void;
}

/** The server gave no sign of life; told apart by its code, see `networkRow`. */
class SilenceError extends Error {
  readonly code = 'ESILENT';
}

/** When a wait is told, in milliseconds from its beginning; then once in the last of these. */
const tellAfter = [15_000, 60_000, 180_000];

const pids = new WeakMap<object, number>();

/** The process behind a connection, as the server says it: a pooler makes up the one of the login. */
export function noteBackend(client: object, pid: number): void {
  pids.set(client, pid);
}

/** A statement in hand; of a COPY, what pg-copy-streams 7 makes of it. */
interface Query extends Partial<Writable> {
  readonly text?: string;
  readonly _gotCopyInResponse?: boolean;
}

/** Parts of pg's client that its types don't have. */
interface Inside {
  readonly connection: EventEmitter & { readonly stream: Socket };
  readonly processID?: number | null;
  readonly readyForQuery: boolean;
  readonly _getActiveQuery?: () => Query | null;
}

function inside(client: Client): Inside {
  return client as unknown as Inside;
}

export function connectionOf(client: Client): Inside['connection'] {
  return inside(client).connection;
}

export function streamOf(client: Client): Socket {
  return connectionOf(client).stream;
}

/**
 * Ends a connection whose server gives no sign for `limitMs` while it is waited for. Bytes that come
 * or go are a sign; so is that the server, asked from beside, shows the statement at work or in a wait
 * of its own: it may take hours. A server that waits for this side, which waits for it, is none: what
 * stands between has swallowed the words. Nor is it silence where this side has nothing to say, as in
 * a COPY whose source is slow.
 */
export function watchSilence(client: Client, watch: SilenceWatch): void {
  const wait: Wait = { client, watch, began: 0, heard: 0, asked: 0, told: 0, mark: '' };
  // Until then its own limit counts.
  client.once('connect', () => {
    const timer = setInterval(() => tick(wait), Math.min(2000, watch.limitMs / 8));
    timer.unref();
    client.once('end', () => clearInterval(timer));
  });
}

interface Wait {
  readonly client: Client;
  readonly watch: SilenceWatch;
  /** Of these, each by the monotonic clock: what is waited for began, was heard of, asked after. */
  began: number;
  heard: number;
  asked: number;
  /** How often it was told. */
  told: number;
  /** How far bytes have come. */
  mark: string;
  seen?: BackendView | undefined;
}

function tick(wait: Wait): void {
  const { client, watch } = wait;
  const now = performance.now();
  const mark = progressOf(client);
  if (mark === undefined || mark !== wait.mark) {
    Object.assign(wait, { began: now, heard: now, asked: now, told: 0, seen: undefined });
    wait.mark = mark ?? '';
    return;
  }
  if (now - wait.heard >= watch.limitMs) {
    giveUp(wait);
    return;
  }
  if (now - wait.asked < Math.min(15_000, watch.limitMs / 3)) return;
  wait.asked = now;
  void ask(wait);
}

/** `undefined`: this side waits for nothing of the server. */
function progressOf(client: Client): string | undefined {
  const { readyForQuery, _getActiveQuery, connection } = inside(client);
  const { stream } = connection;
  if (readyForQuery || stream.destroyed) return undefined;
  const query = _getActiveQuery?.call(client) ?? undefined;
  if (query !== undefined && waitsForSource(query, stream)) return undefined;
  const { bytesRead, bytesWritten, writableLength } = stream;
  return `${bytesRead} ${bytesWritten - writableLength}`;
}

/** A COPY that the server has begun, and that has nothing to give at the moment. */
function waitsForSource(query: Query, stream: Socket): boolean {
  if (query._gotCopyInResponse !== true || query.writableEnded === true) return false;
  return query.writableLength === 0 && stream.writableLength === 0;
}

async function ask(wait: Wait): Promise<void> {
  const { client, watch, mark } = wait;
  const pid = pidOf(client);
  const seen = pid === undefined ? undefined : await watch.backends.see(pid);
  if (progressOf(client) !== mark) return;
  if (seen !== undefined && lives(seen, wait.seen)) wait.heard = performance.now();
  wait.seen = seen;
  const waited = performance.now() - wait.began;
  if (waited < tellAt(wait)) return;
  wait.told += 1;
  const seconds = Math.round(waited / 1000);
  watch.tell({
    what: whatOf(client),
    seconds,
    ...(seen === undefined ? {} : { says: seen.says }),
  });
}

function tellAt({ told, watch }: Wait): number {
  const last = tellAfter.at(-1) ?? 0;
  const at = tellAfter[told] ?? last * (told - tellAfter.length + 2);
  return told === 0 ? Math.min(at, watch.limitMs / 3) : at;
}

/** Behind a pooler the login's own id is of nobody; one that was noted goes before it. */
function pidOf(client: Client): number | undefined {
  return pids.get(client) ?? inside(client).processID ?? undefined;
}

function lives(seen: BackendView, before: BackendView | undefined): boolean {
  if (seen.state === 'waits for us' && before !== undefined) {
    return seen.copied !== before.copied;
  }
  return seen.state === 'works';
}

/** The session may hold locks for which the next try would wait. */
function giveUp({ client, watch, seen, heard }: Wait): void {
  const pid = pidOf(client);
  const seconds = Math.round((performance.now() - heard) / 100) / 10;
  const says = seen === undefined ? 'nor when asked beside' : `the server says: ${seen.says}`;
  const message = `${whatOf(client)}: PostgreSQL gave no sign for ${seconds} s, ${says}`;
  if (pid !== undefined && seen !== undefined) watch.backends.end(pid, seen);
  streamOf(client).destroy(new SilenceError(message));
}

/** P7: keywords only. */
function whatOf(client: Client): string {
  const { text = '' } = inside(client)._getActiveQuery?.call(client) ?? {};
  return /^\s*([A-Z]+(?: (?:INDEX|TABLE|SCHEMA|INTO|FROM))?)\b/u.exec(text)?.[1] ?? 'a statement';
}
