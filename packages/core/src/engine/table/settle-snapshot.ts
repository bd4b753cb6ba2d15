import type { Adapters } from '../../contract/adapters.ts';
import type { DividesChunks, Extracts, SnapshotPoint, Source } from '../../contract/source.ts';
import type { RunState } from '../../contract/run-state.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { instantNanoseconds } from '../../watermark/watermark-order.ts';
import type { RunObserver } from './run-report.ts';

/** Milliseconds by which two clocks of the server may differ: far more than they ever do. */
const clockDoubt = 60_000;

export interface PinnedRun {
  readonly snapshot: SnapshotPoint;
  /**
   * Resolves when the point may be read: what was being committed when it was pinned is decided
   * then. Rejects with the reason of the context's signal.
   */
  readonly settled: (context: WorkContext) => Promise<void>;
}

export interface SettleOptions {
  /** Milliseconds between the pin and the first read at its point. */
  readonly delay: number;
  readonly observer: RunObserver;
}

/**
 * The run's snapshot point: the server's now, or the one that the run has kept. The delay is
 * counted from the answer to the pin by this process's own clock that only goes forward, so that
 * neither side's time of day matters. A resumed run does not know what that clock showed; it waits
 * again, unless the server's own time is far beyond the point (docs/decisions/0016).
 */
export async function pinRun(
  { id, snapshot: kept }: RunState,
  { source, status }: Adapters,
  { delay, observer }: SettleOptions,
  context: WorkContext,
): Promise<PinnedRun> {
  const now = await pinNow(source, context);
  const end = context.clock.monotonic() + delay;
  const snapshot = kept ?? (await status.keepSnapshot(id, now));
  const isOld = age(snapshot, now) > delay + clockDoubt;
  let told = false;
  return {
    snapshot,
    async settled({ clock, log, signal }) {
      const left = isOld ? 0 : Math.ceil(end - clock.monotonic());
      if (left <= 0) return;
      if (!told) {
        told = true;
        observer.snapshotSettling?.({ snapshot: snapshot.at, milliseconds: left });
        const why = 'every commit before the snapshot must be seen';
        log.info('snapshot_settling', { snapshot: snapshot.at, wait_ms: left, why });
      }
      await clock.sleep(left, signal);
    },
  };
}

function age({ at }: SnapshotPoint, now: SnapshotPoint): number {
  return Number((instantNanoseconds(now.at) - instantNanoseconds(at)) / 1_000_000n);
}

/** The server's now; of a source that keeps no past it only says when the run began. */
export async function pinNow(source: Source, context: WorkContext): Promise<SnapshotPoint> {
  return (await source.pins?.pin(context)) ?? { at: context.clock.now().toISOString() };
}

/**
 * The source, of which nothing is read at the run's snapshot point before it is settled. Describing,
 * choosing, cleaning up, and objects that can't be pinned do not wait; nor does what is asked when
 * all rows have been read.
 */
export function settledSource(source: Source, settled: PinnedRun['settled']): Source {
  const ready = async ({ snapshot }: TablePlan, context: WorkContext): Promise<void> => {
    if (snapshot.pinned) await settled(context);
  };
  const { extracts, divides, watermarks, digests } = source;
  return {
    ...optionalParts(source),
    ping: (context) => source.ping(context),
    describe: (ref, context) => source.describe(ref, context),
    async *plan(table, context) {
      await ready(table, context);
      yield* source.plan(table, context);
    },
    async open(table, chunk, context) {
      await ready(table, context);
      return source.open(table, chunk, context);
    },
    async count(table, context) {
      await ready(table, context);
      return source.count(table, context);
    },
    ...(extracts === undefined ? {} : { extracts: settledExtracts(extracts, ready) }),
    ...(divides === undefined ? {} : { divides: settledDivides(divides, ready) }),
    ...(watermarks === undefined
      ? {}
      : {
          watermarks: {
            async newest(table, context) {
              await ready(table, context);
              return watermarks.newest(table, context);
            },
          },
        }),
    ...(digests === undefined
      ? {}
      : {
          digests: {
            async digest(table, context) {
              await ready(table, context);
              return digests.digest(table, context);
            },
          },
        }),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

type Ready = (table: TablePlan, context: WorkContext) => Promise<void>;

function settledExtracts(extracts: Extracts, ready: Ready): Extracts {
  return {
    choose: (schema, read, context) => extracts.choose(schema, read, context),
    release: (run, tables, context) => extracts.release(run, tables, context),
    async *extract(table, chunk, context) {
      await ready(table, context);
      yield* extracts.extract(table, chunk, context);
    },
  };
}

function settledDivides(divides: DividesChunks, ready: Ready): DividesChunks {
  return {
    async divide(table, chunk, pieces, context) {
      await ready(table, context);
      return divides.divide(table, chunk, pieces, context);
    },
  };
}

/** What reads nothing at the snapshot point, as it is. */
function optionalParts(source: Source) {
  const { pins, filters, limits, stages, changes, cutsKeys, costs, lists, meters } = source;
  return {
    ...(pins === undefined ? {} : { pins }),
    ...(filters === undefined ? {} : { filters }),
    ...(limits === undefined ? {} : { limits }),
    ...(stages === undefined ? {} : { stages }),
    ...(changes === undefined ? {} : { changes }),
    ...(cutsKeys === undefined ? {} : { cutsKeys }),
    ...(costs === undefined ? {} : { costs }),
    ...(lists === undefined ? {} : { lists }),
    ...(meters === undefined ? {} : { meters }),
  };
}
