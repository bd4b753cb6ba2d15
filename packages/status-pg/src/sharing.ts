import type { Sharing } from '@snowmelt/core';

import type { OwnedRuns } from './owned-runs.ts';
import { handOver } from './share/hand-over.ts';
import { look, openChunks } from './share/look.ts';
import { left, seen, workers } from './share/workers.ts';

export function sharing(owned: OwnedRuns): Sharing {
  const { database } = owned;
  return {
    look: (run) => database.run((session) => look(session, run)),
    openChunks: (run) => database.run((session) => openChunks(session, run)),
    seen: (run, worker) => database.run((session) => seen(session, run, worker)),
    left: (run, worker) => database.run((session) => left(session, run, worker)),
    workers: (run) => database.run((session) => workers(session, run)),
    async handOver(run, seconds) {
      const claim = await owned.heldClaim(run);
      if (claim === undefined) throw new RangeError(`run ${run} is not open here`);
      try {
        await database.transaction((session) => handOver(session, { run, seconds }, claim));
      } finally {
        await owned.letGo(run);
      }
    },
  };
}
