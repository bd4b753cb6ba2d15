import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import type { RunId } from '../../contract/table-plan.ts';
import type { StatusStore } from '../../contract/status-store.ts';
import type { WorkerSign } from '../../contract/sharing.ts';
import type { WorkContext } from '../../contract/work-context.ts';

/** Between two signs of life; milliseconds. */
const signEvery = 10_000;

/** This process among those of a run. Disposed, it has left. */
export interface Presence extends AsyncDisposable {
  /** What the process waits for, in words for people; nothing once it is at work again. */
  waits(what: string | undefined): void;
}

/** This process under an id that no other has. */
export function signOfThisProcess(version = ''): WorkerSign {
  const id = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  return { id, host: hostname(), pid: process.pid, version };
}

/**
 * Puts the process down at the run and gives a sign of life every ten seconds, and as soon as it waits
 * for something else. What goes wrong with that is only told: who is not seen is not believed dead
 * before his leases have run out.
 */
export async function bePresent(
  run: RunId,
  sign: WorkerSign,
  { status, context }: { readonly status: StatusStore; readonly context: WorkContext },
): Promise<Presence> {
  const { sharing } = status;
  if (sharing === undefined)
    return { waits: () => undefined, [Symbol.asyncDispose]: async () => undefined };
  const ended = new AbortController();
  let waitsFor: string | undefined;
  let again = new AbortController();
  const tell = async (): Promise<void> => {
    const now = waitsFor ?? context.waitsFor?.();
    await sharing.seen(run, now === undefined ? sign : { ...sign, waitsFor: now });
  };
  const orTold = (error: unknown): void => {
    context.log.warn('sign_of_life_failed', { run, message: String(error) });
  };
  const signing = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      again = new AbortController();
      const woken = AbortSignal.any([ended.signal, again.signal]);
      await context.clock.sleep(signEvery, woken).catch(() => undefined);
      if (!ended.signal.aborted) await tell().catch(orTold);
    }
  };
  await tell();
  const signs = signing();
  return {
    waits(what) {
      if (what === waitsFor) return;
      waitsFor = what;
      again.abort();
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await signs;
      await sharing.left(run, sign.id).catch(orTold);
    },
  };
}
