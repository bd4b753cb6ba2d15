import { isSnowmeltError } from '../../errors/snowmelt-error.ts';
import type { OpenRun } from '../table/open-run.ts';

/** Milliseconds between two looks. */
const lookEvery = 2000;

/** Tells what all processes of the run have loaded, while others than this one take part. */
export function watchOthers(run: OpenRun): AsyncDisposable {
  const ended = new AbortController();
  const watching = watch(run, ended.signal);
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await watching;
    },
  };
}

async function watch(run: OpenRun, ended: AbortSignal): Promise<void> {
  const { observer, context, status } = run;
  if (observer.tableTotals === undefined || status.sharing === undefined) return;
  for (;;) {
    await context.clock.sleep(lookEvery, ended).catch(() => undefined);
    if (ended.aborted) return;
    try {
      await tellTotals(run);
    } catch (error) {
      // For people only; what the store has to say is met by those who work with it.
      if (!isSnowmeltError(error)) throw error;
    }
  }
}

async function tellTotals({ observer, status, state: { id } }: OpenRun): Promise<void> {
  const workers = (await status.sharing?.workers(id)) ?? [];
  if (workers.every(({ isOwner }) => isOwner)) return;
  for (const table of (await status.summary(id)).tables) {
    if (table.status !== 'in_progress') continue;
    const { key, completedChunks: chunks, rows, bytes } = table;
    observer.tableTotals?.(key, { chunks, rows, bytes });
  }
}
