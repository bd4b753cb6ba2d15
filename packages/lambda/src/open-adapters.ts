import {
  runHashes,
  systemClock,
  type Adapters,
  type TableJob,
  type WorkContext,
} from '@snowmelt/core';
import { openStatus, openTarget } from '@snowmelt/wiring';

import type { Work } from './work.ts';

/** What an invocation works with. PostgreSQL's connections, and locks with them, go before the answer. */
export async function openAdapters(
  { config, telemetry, warm }: Work,
  stack: AsyncDisposableStack,
): Promise<Adapters> {
  return {
    source: stack.use(await warm.lend(config, telemetry.log)).source,
    target: stack.use(await openTarget(config, telemetry.log)),
    status: stack.use(await openStatus(config, telemetry.log)),
  };
}

export function contextOf({ telemetry, deadline }: Work): WorkContext {
  const { log, waitsFor } = telemetry;
  return { log, waitsFor, signal: deadline.stop, clock: systemClock };
}

/** What all requests to the engine have in common. */
export function requestOf({ config, deadline }: Work, jobs: readonly TableJob[]) {
  return {
    jobs,
    ...runHashes(config, jobs),
    parallelThreads: config.parallel_threads,
    snapshotDelay: config.snapshot_delay_seconds * 1000,
    ...(config.max_credits === undefined ? {} : { maxCredits: config.max_credits }),
    lastCall: deadline.lastCall,
    leavesStatements: true,
    dividesChunks: true,
  };
}
