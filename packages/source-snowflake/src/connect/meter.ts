/**
 * The time in which this process has at least one statement running: statements side by side share a
 * warehouse, which costs the same for one of them.
 */
export class Meter {
  #running = 0;
  #since = 0;
  #total = 0;
  readonly #looks = new Set<() => void>();

  begin(): Disposable {
    for (const look of this.#looks) look();
    if (this.#running === 0) this.#since = performance.now();
    this.#running += 1;
    return {
      [Symbol.dispose]: () => {
        this.#running -= 1;
        if (this.#running === 0) this.#total += performance.now() - this.#since;
      },
    };
  }

  /** Milliseconds. */
  active(): number {
    return this.#total + (this.#running === 0 ? 0 : performance.now() - this.#since);
  }

  /** Calls `look` before each statement. */
  watch(look: () => void): Disposable {
    this.#looks.add(look);
    return { [Symbol.dispose]: () => void this.#looks.delete(look) };
  }
}
