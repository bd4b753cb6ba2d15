import { cancelled } from './translate-error.ts';

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

  async acquire(table: string, owner: object, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const lock = this.#locks.get(table);
      if (lock === undefined) {
        this.#locks.set(table, { owner, waiting: [] });
        return;
      }
      if (lock.owner === owner) return;
      await this.#wait(lock, signal);
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
