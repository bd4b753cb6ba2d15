import type { WorkContext } from '@snowmelt/core';

import type { Sessions } from '../connect/session-pool.ts';
import { findResult } from './open-result.ts';
import type { OpenResult } from './result-lines.ts';

/** A reply holds an address for every part of its result: those of a few tables are kept. */
const mostKept = 8;

/** Results that are read in windows: each is asked for once, and again when its URLs have run out. */
export class OpenResults {
  readonly #pool: Sessions;
  readonly #found = new Map<string, OpenResult>();

  constructor(pool: Sessions) {
    this.#pool = pool;
  }

  /** Throws `SOURCE.RESULT_EXPIRED`. */
  async find(query: string, context: WorkContext): Promise<OpenResult> {
    const known = this.#found.get(query);
    if (known !== undefined) return known;
    const open = await findResult(this.#pool, query, context);
    this.#found.set(query, open);
    const [oldest] = this.#found.keys();
    if (this.#found.size > mostKept && oldest !== undefined) this.#found.delete(oldest);
    return open;
  }
}
