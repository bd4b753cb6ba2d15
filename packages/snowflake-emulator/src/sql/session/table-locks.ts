import { SqlError } from '../../engine/contract.ts';
import { cancelled } from './translate-error.ts';

/** 000625 is what a statement gets that waits in vain for a lock; the words are ours. */
function lockTimeout(seconds: number): SqlError {
  return new SqlError(
    '000625',
    '57014',
    `Statement was aborted: it waited ${seconds} second(s) for a lock that another transaction holds.`,
  );
}

interface Lock {
  owner: object;
  readonly waiting: (() => void)[];
}

/**
 * One writer a table, until its transaction ends.
 * https://docs.snowflake.com/en/sql-reference/transactions#resource-locking
 */
export class TableLocks {
  readonly #locks = new Map<string, Lock>();

  /** `seconds` is LOCK_TIMEOUT: 0 waits for nothing. */
  async acquire(
    table: string,
    owner: object,
    signal: AbortSignal,
    seconds = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      signal.throwIfAborted();
      const lock = this.#locks.get(table);
      if (lock === undefined) {
        this.#locks.set(table, { owner, waiting: [] });
        return;
      }
      if (lock.owner === owner) return;
      const rest = end - Date.now();
      const limit = rest < 2 ** 31 ? AbortSignal.timeout(Math.max(rest, 0)) : undefined;
      await this.#wait(lock, limit === undefined ? signal : AbortSignal.any([signal, limit])).catch(
        (error: unknown) => {
          throw limit?.aborted === true && !signal.aborted ? lockTimeout(seconds) : error;
        },
      );
    }
  }

  async #wait(lock: Lock, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(cancelled());
      signal.addEventListener('abort', abort, { once: true });
      lock.waiting.push(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }

  /** Ends all locks of an owner. */
  release(owner: object): void {
    for (const [table, lock] of this.#locks) {
      if (lock.owner !== owner) continue;
      this.#locks.delete(table);
      for (const wake of lock.waiting) wake();
    }
  }
}
