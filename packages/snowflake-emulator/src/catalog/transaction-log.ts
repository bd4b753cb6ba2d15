/**
 * Which write transactions were committed when. Each stored row names the transaction that made it
 * (`vf`) and the one that ended it (`vt`), so that the past of a table is a filter over the two.
 */

/** What was committed at one moment: transactions up to `upTo`, but for `except`. */
export interface Snapshot {
  readonly ns: bigint;
  readonly upTo: number;
  readonly except: readonly number[];
  /** The reader's own open transaction, whose rows it sees before they are committed. */
  readonly own?: number;
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

  /** What is committed now, and what the reader's own open transaction has done. */
  present(own?: number): Snapshot {
    const now = this.at(this.#clock);
    return own === undefined ? now : { ...now, own };
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

/** The filter over a table's rows, as DuckDB SQL: those that a snapshot holds. */
export function visibleRows(snapshot: Snapshot): string {
  const { upTo, except, own } = snapshot;
  const list = except.join(', ');
  const stays = except.length === 0 ? `vt > ${upTo}` : `(vt > ${upTo} OR vt IN (${list}))`;
  const rows = `${madeUntil(snapshot)} AND ${stays}`;
  return own === undefined ? rows : `${rows} AND vt <> ${own}`;
}

/** Rows that were made until a snapshot, whatever became of them. */
export function madeUntil({ upTo, except, own }: Snapshot): string {
  const made =
    except.length === 0 ? `vf <= ${upTo}` : `(vf <= ${upTo} AND vf NOT IN (${except.join(', ')}))`;
  return own === undefined ? made : `(${made} OR vf = ${own})`;
}
