import type { Logger } from '@snowmelt/core';
import { isServerError, isStatementTimeout, sqlState } from '@snowmelt/pg-connection';

import type { Databases } from './databases.ts';
import { blockersOf, describeBlockers, lockedError } from './lock-blockers.ts';

export interface LockWatch {
  readonly databases: Databases;
  readonly database: string;
  /** The server process that waits. */
  readonly pid: number;
  readonly what: string;
  /** Is told what is waited for. */
  readonly log?: Logger | undefined;
}

/** When a wait is told, in milliseconds from its beginning; then once in the last of these. */
const tellAfter = [3000, 30_000, 120_000];

/** A second before the end is enough for another connection; of a short wait, half of it. */
function askAfter(limit: number): number {
  return Math.max(limit / 2, limit - 1000);
}

/**
 * Who blocks can only be asked while it is waited for: after some seconds, to tell it, and shortly
 * before the limit that comes first, of locks or of the whole statement, for the error.
 */
export async function watchLocks<T>(watch: LockWatch, work: () => Promise<T>): Promise<T> {
  const { databases, database, pid, what } = watch;
  const { lockTimeoutMs, statementTimeoutMs } = databases;
  const limits = [lockTimeoutMs, statementTimeoutMs].filter((limit) => limit > 0);
  let asking: ReturnType<typeof blockersOf> | undefined;
  using _telling = tellWaits(watch);
  const timer =
    limits.length === 0
      ? undefined
      : setTimeout(
          () => {
            asking = blockersOf(databases, database, pid);
          },
          askAfter(Math.min(...limits)),
        );
  try {
    return await work();
  } catch (error) {
    const locked = sqlState(error) === '55P03';
    const late = isServerError(error) && isStatementTimeout(error, statementTimeoutMs);
    if (!locked && !late) throw error;
    const blockers = (await asking) ?? [];
    throw locked || blockers.length > 0 ? lockedError(what, blockers, error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** A statement that works, and does not wait, is told nothing of. */
function tellWaits({ databases, database, pid, what, log }: LockWatch): Disposable {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let ended = log === undefined;
  const tell = async (): Promise<void> => {
    const blockers = await blockersOf(databases, database, pid);
    if (ended) return;
    const seconds = Math.round((performance.now() - started) / 1000);
    if (blockers.length > 0) {
      log?.warn('waiting_for_lock', { what, seconds, held_by: describeBlockers(blockers) });
    }
    next();
  };
  const next = (): void => {
    const waited = performance.now() - started;
    const [at = waited + (tellAfter.at(-1) ?? 0)] = tellAfter.filter((after) => after > waited);
    timer = setTimeout(() => void tell(), at - waited);
  };
  if (!ended) next();
  return {
    [Symbol.dispose]() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
