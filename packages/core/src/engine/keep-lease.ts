import type { Lease } from '../contract/status-store.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import type { OpenRun } from './open-run.ts';

/**
 * Renews a lease at a third of its time until disposed. `signal` is aborted with `signal`'s own
 * reason, or with the error that says the lease is lost.
 */
export function keepLease(
  lease: Lease,
  run: OpenRun,
  signal: AbortSignal,
): AsyncDisposable & { readonly signal: AbortSignal } {
  const lost = new AbortController();
  const done = new AbortController();
  const renewing = renewUntil(done.signal, { lease, run, lost });
  return {
    signal: AbortSignal.any([signal, lost.signal]),
    async [Symbol.asyncDispose]() {
      done.abort();
      await renewing;
    },
  };
}

async function renewUntil(
  done: AbortSignal,
  { lease, run, lost }: { lease: Lease; run: OpenRun; lost: AbortController },
): Promise<void> {
  const { clock, log } = run.context;
  const interval = Math.max(50, (lease.deadline.getTime() - clock.now().getTime()) / 3);
  let current = lease;
  for (;;) {
    await clock.sleep(interval, done).catch(() => undefined);
    if (done.aborted) return;
    try {
      current = await run.status.renew(current);
    } catch (error) {
      if (!isSnowmeltError(error) || error.code === 'RUN.LEASE_LOST') {
        lost.abort(error);
        return;
      }
      // The store may be back before the deadline; if not, the chunk's record is refused.
      log.warn('lease_not_renewed', { chunk: lease.chunk.id, code: error.code });
    }
  }
}
