import { setTimeout as sleep } from 'node:timers/promises';

import { backoff } from '@snowmelt/core';

import { faultOf } from './fault.ts';
import type { FaultKind } from './fault-row.ts';

/** One wait for a database that is away: what the log is told. */
export interface Outage {
  readonly server: string;
  readonly message: string;
  readonly tries: number;
  /** Milliseconds until it is tried again. */
  readonly wait: number;
}

/** Whether it passes by itself, and how patiently it is waited for. */
export type Passing = 'outage' | 'few' | 'no';

const outages: ReadonlySet<FaultKind> = new Set([
  'lost',
  'silent',
  'starting',
  'full',
  'unreachable',
  'standby',
]);
/** A server says so itself. */
const answers: ReadonlySet<FaultKind> = new Set(['starting', 'full']);
const conflicts: ReadonlySet<FaultKind> = new Set(['conflict', 'raced']);

/**
 * A server that restarts or fails over is away for a while; what two processes did at once is
 * settled at the next try. A server that was never `reached` is probably the wrong one.
 */
export function passes(error: unknown, reached: boolean): Passing {
  const kind = faultOf(rootOf(error))?.kind;
  if (kind === undefined) return 'no';
  if (conflicts.has(kind)) return 'few';
  if (!outages.has(kind)) return 'no';
  if (reached || answers.has(kind)) return 'outage';
  return kind === 'lost' || kind === 'silent' ? 'few' : 'no';
}

/** What a translated error was made of. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && faultOf(root) === undefined && root.cause !== undefined) {
    root = root.cause;
  }
  return root;
}

export interface Patience {
  readonly server: string;
  /** How long a fault that lasts is waited for, counted from its first time. */
  readonly outageMs: number;
  readonly signal: AbortSignal;
  readonly passes: (error: unknown) => Passing;
  readonly tell: ((outage: Outage) => void) | undefined;
}

/** Of what two processes did at once. */
const fewTries = 5;

/**
 * Does `work` again while what it meets passes by itself. An answer may have been lost after the
 * work was done, so the work must be safe to repeat: it looks for what is there before it acts.
 */
export async function outlast<T>(
  work: (again: boolean) => Promise<T>,
  patience: Patience,
): Promise<T> {
  let until: number | undefined;
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(tries > 1);
    } catch (error) {
      until ??= Date.now() + patience.outageMs;
      const wait = waitBefore(error, { tries, left: until - Date.now() }, patience);
      if (wait === undefined) throw error;
      const message = error instanceof Error ? error.message : String(error);
      patience.tell?.({ server: patience.server, message, tries, wait });
      await sleep(wait, undefined, { signal: patience.signal });
    }
  }
}

/** `undefined`: not again. */
function waitBefore(
  error: unknown,
  { tries, left }: { readonly tries: number; readonly left: number },
  { signal, passes: passing }: Patience,
): number | undefined {
  if (signal.aborted || left <= 0) return undefined;
  const how = passing(error);
  if (how === 'no' || (how === 'few' && tries >= fewTries)) return undefined;
  return Math.min(left, backoff(tries, pauses));
}

/** Of a server that may be back any moment. */
const pauses = { first: 100, longest: 5000 };
