import { connect, type Socket } from 'node:net';

import { serveProxy, type ProxyAddress } from '../postgres/wire/proxy-server.ts';

/** Where on its way, to the server or back, something befalls a connection. */
export interface Trip {
  readonly way: 'to' | 'from';
  /** After so many bytes, or before a packet that holds this text. */
  readonly at: number | string;
  readonly end: 'stall' | 'cut' | 'reset';
}

/** A way to a server that can fall silent, with nobody told. */
export interface StallProxy extends ProxyAddress {
  /** Bytes that have gone to the server. */
  readonly forwarded: number;
  /**
   * From now on no byte passes. `these`: on the connections there are; new ones work. `all`: new ones
   * as well, which are accepted and never answered.
   */
  stall(which: 'these' | 'all'): void;
  /** Connections end: `cut` in order (FIN), `reset` at once (RST). */
  end(how: 'cut' | 'reset'): void;
  /** New connections work; those that were stalled stay so. */
  heal(): void;
  /** All go on where they were stalled, and those that came meanwhile are answered: nothing is lost. */
  thaw(): void;
  /** What befalls the next connection that comes to such a place; once. */
  trip(trip: Trip): void;
  /** The last one has been met. */
  readonly tripped: boolean;
}

export async function startStallProxy(to: {
  readonly host: string;
  readonly port: number;
}): Promise<StallProxy> {
  const pairs = new Set<Pair>();
  const unanswered = new Set<Socket>();
  const state: State = { deaf: false, forwarded: 0, tripped: false };
  const open = (client: Socket): void => {
    openPair([client, connect(to.port, to.host)], pairs, state);
  };
  const address = await serveProxy((client) => {
    if (!state.deaf) return open(client);
    unanswered.add(client);
    client.on('close', () => unanswered.delete(client));
  });
  return {
    host: address.host,
    port: address.port,
    get forwarded() {
      return state.forwarded;
    },
    stall(which) {
      for (const pair of pairs) stallPair(pair);
      state.deaf = which === 'all';
    },
    end(how) {
      for (const pair of pairs) endPair(pair, how);
    },
    heal() {
      state.deaf = false;
    },
    thaw() {
      state.deaf = false;
      for (const pair of pairs) thawPair(pair);
      for (const client of unanswered) open(client);
      unanswered.clear();
    },
    trip(trip) {
      state.trip = trip;
      state.tripped = false;
    },
    get tripped() {
      return state.tripped;
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) endPair(pair, 'cut');
      await address[Symbol.asyncDispose]();
    },
  };
}

type Pair = readonly [client: Socket, server: Socket];

function openPair(pair: Pair, pairs: Set<Pair>, state: State): void {
  pairs.add(pair);
  for (const socket of pair) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      pairs.delete(pair);
      for (const other of pair) other.destroy();
    });
  }
  carry(pair, 'to', state);
  carry(pair, 'from', state);
}

interface State {
  deaf: boolean;
  forwarded: number;
  trip?: Trip | undefined;
  tripped: boolean;
}

function carry(pair: Pair, way: Trip['way'], state: State): void {
  const [source, sink] = way === 'to' ? pair : [pair[1], pair[0]];
  let carried = 0;
  sink.on('drain', () => {
    if (!stalled.has(pair)) source.resume();
  });
  source.on('data', (bytes: Buffer) => {
    if (stalled.has(pair)) return;
    const { trip } = state;
    const upTo = trip?.way === way ? placeOf(trip, bytes, carried) : undefined;
    const passed = bytes.subarray(0, upTo);
    carried += passed.length;
    if (way === 'to') state.forwarded += passed.length;
    if (!sink.write(passed)) source.pause();
    if (upTo === undefined || trip === undefined) return;
    state.trip = undefined;
    state.tripped = true;
    if (trip.end === 'stall') stallPair(pair);
    else endPair(pair, trip.end);
  });
  // A half that has ended has nothing more to say; the other may.
  source.on('end', () => sink.end());
}

/** How much of a packet still passes; `undefined`: all of it. */
function placeOf({ at }: Trip, bytes: Buffer, carried: number): number | undefined {
  if (typeof at === 'string') return bytes.includes(at) ? 0 : undefined;
  return carried + bytes.length >= at ? Math.max(0, at - carried) : undefined;
}

const stalled = new WeakSet<Pair>();

/** Nothing is read any more, so that what is written fills the buffers of the system and stands there. */
function stallPair(pair: Pair): void {
  stalled.add(pair);
  for (const socket of pair) socket.pause();
}

function thawPair(pair: Pair): void {
  if (!stalled.delete(pair)) return;
  for (const socket of pair) socket.resume();
}

function endPair(pair: Pair, how: 'cut' | 'reset'): void {
  for (const socket of pair) {
    if (how === 'cut') socket.destroySoon();
    else socket.resetAndDestroy();
  }
}
