/**
 * Which write transactions were committed when. Each stored row names the transaction that made it
 * (`vf`) and the one that ended it (`vt`), so that the past of a table is a filter over the two.
 */

/** What was committed at one moment: transactions up to `upTo`, but for `except`. */
export interface Snapshot {
  readonly ns: bigint;
  readonly upTo: number;
  readonly except: readonly number[];
}

/** `vt` of a row that nothing ended. */
export const OPEN_END = '9223372036854775807';

interface Commit {
  readonly transaction: number;
  readonly ns: bigint;
  /** The largest transaction number among this commit and those before it. */
  readonly highest: number;
}

export class TransactionLog {
  readonly #commits: Commit[] = [];
  readonly #running = new Set<number>();
  #last = 0;
  #clock = 0n;

  /** Nanoseconds since the epoch, strictly increasing, so that no two events share a moment. */
  now(): bigint {
    const wall = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
    this.#clock = wall > this.#clock ? wall : this.#clock + 1n;
    return this.#clock;
  }

  begin(): number {
    this.#last += 1;
    this.#running.add(this.#last);
    return this.#last;
  }

  /**
   * To be called after the database has committed. The moment is later than any given out before,
   * unless the commit was stamped earlier.
   */
  commit(transaction: number, ns: bigint = this.now()): bigint {
    this.#running.delete(transaction);
    const place = this.#countUntil(ns);
    const moved = [{ transaction, ns }, ...this.#commits.splice(place)];
    for (const commit of moved) {
      const highest = Math.max(commit.transaction, this.#commits.at(-1)?.highest ?? 0);
      this.#commits.push({ ...commit, highest });
    }
    return ns;
  }

  rollback(transaction: number): void {
    this.#running.delete(transaction);
  }

  at(ns: bigint): Snapshot {
    const count = this.#countUntil(ns);
    const upTo = this.#commits[count - 1]?.highest ?? 0;
    const later = this.#commits.slice(count).map((commit) => commit.transaction);
    const except = [...later, ...this.#running].filter((each) => each < upTo);
    return { ns, upTo, except };
  }

  /** How many commits happened until `ns`, itself included: commits are in order of time. */
  #countUntil(ns: bigint): number {
    let low = 0;
    let high = this.#commits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const commit = this.#commits[middle];
      if (commit !== undefined && commit.ns <= ns) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The filter over a table's rows, as DuckDB SQL: those of the present, or of a snapshot. */
export function visibleRows(snapshot: Snapshot | undefined): string {
  if (snapshot === undefined) return `vt = ${OPEN_END}`;
  const { upTo, except } = snapshot;
  if (except.length === 0) return `vf <= ${upTo} AND vt > ${upTo}`;
  const list = except.join(', ');
  return `vf <= ${upTo} AND vf NOT IN (${list}) AND (vt > ${upTo} OR vt IN (${list}))`;
}
