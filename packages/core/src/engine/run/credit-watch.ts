import type { SourcePrice } from '../../contract/source-cost.ts';
import type { Source } from '../../contract/source.ts';
import type { StatusStore } from '../../contract/status-store.ts';
import type { RunId } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { isSnowmeltError, SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { OpenRun } from '../table/open-run.ts';

/** Between two looks while one statement runs long; before each statement is looked as well. */
const lookEveryMs = 1000;
/** Looks between two times that the status store is told. */
const looksUntold = 10;

export interface CreditWatch extends AsyncDisposable {
  /** The work of the run, ended where its credits are spent. */
  readonly signal: AbortSignal;
  /** Why the run was ended; nothing where it was not by this. */
  spent(): SnowmeltError | undefined;
  /** Of the run, all its processes and attempts; absent where the source has no price. */
  credits(): number | undefined;
}

export interface Watched {
  readonly run: RunId;
  /** This process. */
  readonly owner: string;
  readonly source: Source;
  readonly status: StatusStore;
  readonly maxCredits?: number | undefined;
}

/**
 * Counts what the run's statements cost, by Snowmelt's own estimate: the time in which this process
 * has one running, at the source's price. What the source itself attributes comes hours later.
 */
export async function watchCredits(watched: Watched, context: WorkContext): Promise<CreditWatch> {
  const price = await priceOf(watched, context);
  const { meters } = watched.source;
  if (meters === undefined || price?.creditsPerHour === undefined) return unwatched(context.signal);
  const over = new AbortController();
  const end = new AbortController();
  const perMs = price.creditsPerHour / 3_600_000;
  const own = (): number => (meters.activeMs() - begun) * perMs;
  const begun = meters.activeMs();
  const all = await tell(watched, { activeMs: 0, credits: 0 });
  // Of this process nothing is told yet, so that all of it is others'.
  let others = all;
  const look = (): void => {
    const { maxCredits } = watched;
    if (maxCredits === undefined || over.signal.aborted || others + own() < maxCredits) return;
    over.abort(creditsSpent(watched.run, { maxCredits, credits: others + own(), price }));
  };
  const save = async (): Promise<void> => {
    const told = own();
    others = (await tell(watched, { activeMs: meters.activeMs() - begun, credits: told })) - told;
  };
  look();
  const looking = meters.watch(look);
  const ticking = tick({ look, save }, end.signal, context);
  return {
    signal: AbortSignal.any([context.signal, over.signal]),
    spent: () => (isSnowmeltError(over.signal.reason) ? over.signal.reason : undefined),
    credits: () => others + own(),
    async [Symbol.asyncDispose]() {
      looking[Symbol.dispose]();
      end.abort();
      await ticking;
      await save().catch(() => undefined);
    },
  };
}

/** The run, whose work ends where its credits are spent. */
export async function withinCredits<T>(
  run: OpenRun,
  maxCredits: number | undefined,
  work: (run: OpenRun) => Promise<T>,
): Promise<{ readonly done: T; readonly watch: Pick<CreditWatch, 'spent' | 'credits'> }> {
  const { owner, source, status } = run;
  const watched = { run: run.state.id, owner, source, status, maxCredits };
  await using watch = await watchCredits(watched, run.context);
  const done = await work({ ...run, context: { ...run.context, signal: watch.signal } });
  return { done, watch };
}

function unwatched(signal: AbortSignal): CreditWatch {
  return {
    signal,
    spent: () => undefined,
    credits: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A figure that nobody asked for costs no run; a limit that can't be kept does. */
async function priceOf(
  { source: { meters }, maxCredits }: Watched,
  context: WorkContext,
): Promise<SourcePrice | undefined> {
  try {
    const price = await meters?.price(context);
    if (maxCredits === undefined || price?.creditsPerHour !== undefined) return price;
    throw unknownPrice(price?.of ?? 'this source has none');
  } catch (error) {
    if (maxCredits !== undefined || !isSnowmeltError(error)) throw error;
    context.log.debug('price_unknown', { code: error.code, message: error.message });
    return undefined;
  }
}

function unknownPrice(of: string): SnowmeltError {
  return new SnowmeltError(
    'CONFIG.UNSUPPORTED',
    `max_credits asks for the price of an hour, which is not known: ${of}`,
    {
      fix: 'Use a standard warehouse, or remove max_credits and give the warehouse a resource monitor.',
    },
  );
}

interface Use {
  readonly activeMs: number;
  readonly credits: number;
}

async function tell({ status, run, owner }: Watched, use: Use): Promise<number> {
  const { activeMs, credits } = use;
  return (await status.spend?.(run, owner, { activeSeconds: activeMs / 1000, credits })) ?? credits;
}

async function tick(
  { look, save }: { readonly look: () => void; readonly save: () => Promise<void> },
  end: AbortSignal,
  { clock, log }: WorkContext,
): Promise<void> {
  for (let looks = 1; !end.aborted; looks += 1) {
    await clock.sleep(lookEveryMs, end).catch(() => undefined);
    look();
    if (end.aborted || looks % looksUntold !== 0) continue;
    await save().catch((error: unknown) => {
      log.debug('credits_not_told', { message: String(error) });
    });
  }
}

function creditsSpent(
  run: RunId,
  of: { readonly maxCredits: number; readonly credits: number; readonly price: SourcePrice },
): SnowmeltError {
  const { maxCredits, credits, price } = of;
  return new SnowmeltError(
    'RUN.CREDITS_SPENT',
    `the run has used about ${credits.toPrecision(3)} credits of at most ${maxCredits} (${price.of}, ${price.creditsPerHour} an hour)`,
    { place: { run } },
  );
}
