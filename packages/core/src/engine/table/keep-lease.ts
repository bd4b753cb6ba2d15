import type { Lease } from '../../contract/status-store.ts';
import { isSnowmeltError, SnowmeltError } from '../../errors/snowmelt-error.ts';
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
      current = await beforeItsEnd(current, run);
    } catch (error) {
      if (!isSnowmeltError(error) || error.code === 'RUN.LEASE_LOST') {
        lost.abort(error);
        return;
      }
      log.warn('lease_not_renewed', { chunk: lease.chunk.id, code: error.code });
    }
  }
}

/**
 * Renews, or throws `RUN.LEASE_LOST` when the lease has run out meanwhile: another worker may have the
 * chunk, and the transaction of this one holds locks that it would wait for.
 */
async function beforeItsEnd(lease: Lease, { status, context: { clock } }: OpenRun): Promise<Lease> {
  const left = lease.deadline.getTime() - clock.now().getTime();
  // A fresh lease that has run out is one by another clock.
  if (left <= 0) return status.renew(lease);
  const done = new AbortController();
  const late = clock.sleep(left, done.signal).then(() => {
    throw leaseLost(lease);
  });
  try {
    return await Promise.race([status.renew(lease), late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}

function leaseLost({ chunk }: Lease): SnowmeltError {
  const message = `the lease of chunk ${chunk.id} ran out: the status database did not renew it in time`;
  return new SnowmeltError('RUN.LEASE_LOST', message);
}
