import type {
  ExtractChoice,
  ReadOptions,
  SnowmeltError,
  TableSchema,
  WorkContext,
} from '@snowmelt/core';

import type { Sessions } from '../connect/session-pool.ts';
import { probeUnload, type UnloadWay } from './probe-unload.ts';

/**
 * Up to here a query is faster than the statements around an unload (stage, COPY, URLs: some
 * seconds), since the driver reads about half a million lines a second; above it the warehouse
 * renders and compresses in parallel, and a resume needs no second scan.
 */
const smallRows = 200_000;
const smallBytes = 32 * 1024 * 1024;

/** How long the answer of a probe holds for other tables, in milliseconds. */
const present = 60_000;

type Refusal = SnowmeltError | undefined;

/**
 * Resolves `auto`: small tables by query, others by unload where one row can be unloaded and read.
 * A view's size is unknown, so it counts as large. Tables of a schema, or on one stage, share a
 * probe. `SOURCE.UNLOAD_UNAVAILABLE` where `unload` is asked for and does not work.
 */
export class ExtractChooser {
  readonly #pool: Sessions;
  readonly #probes = new Map<string, { readonly at: number; readonly end: Promise<Refusal> }>();

  constructor(pool: Sessions) {
    this.#pool = pool;
  }

  async choose(
    schema: TableSchema,
    read: ReadOptions,
    context: WorkContext,
  ): Promise<ExtractChoice> {
    if (read.extract === 'query') return { extract: 'query' };
    if (read.extract === 'auto' && isSmall(schema)) return { extract: 'query' };
    const { database, schema: inSchema } = schema.ref;
    const refusal = await this.#probe({ database, schema: inSchema, stage: read.stage }, context);
    if (refusal === undefined) return { extract: 'unload' };
    if (read.extract === 'unload') throw refusal;
    return { extract: 'query', because: refusal.message };
  }

  #probe(way: UnloadWay, context: WorkContext): Promise<Refusal> {
    const key = way.stage ?? JSON.stringify([way.database, way.schema]);
    const now = context.clock.monotonic();
    const known = this.#probes.get(key);
    if (known !== undefined && now - known.at < present) return known.end;
    const probe = { at: now, end: probeUnload(this.#pool, way, context) };
    this.#probes.set(key, probe);
    // What broke off says nothing to the next table.
    probe.end.catch(() => {
      if (this.#probes.get(key) === probe) this.#probes.delete(key);
    });
    return probe.end;
  }
}

function isSmall({ estimatedRows, estimatedBytes }: TableSchema): boolean {
  if (estimatedRows === undefined) return false;
  return estimatedRows <= smallRows && (estimatedBytes ?? 0) <= smallBytes;
}
