import type { RunId } from '@snowmelt/core';

import type { Database } from './connect/database.ts';
import type { Work } from '@snowmelt/pg-connection';
import type { Claim } from './claim/claim.ts';
import type { Ownership } from './claim/ownership.ts';

/** The database, as it may be used for a run: one that was opened here only while it is held. */
export interface OwnedRuns extends AsyncDisposable {
  readonly database: Database;
  add(ownership: Ownership): void;
  within<T>(run: RunId, work: Work<T>): Promise<T>;
  /** The claim of a run that was opened here, once it is sure that it is held. */
  heldClaim(run: RunId): Promise<Claim | undefined>;
  letGo(run: RunId): Promise<void>;
}

export function createOwnedRuns(database: Database): OwnedRuns {
  const owned = new Map<RunId, Ownership>();

  async function letGo(run: RunId): Promise<void> {
    const ownership = owned.get(run);
    owned.delete(run);
    await ownership?.[Symbol.asyncDispose]();
  }

  return {
    database,
    letGo,
    add(ownership) {
      owned.set(ownership.claim.run, ownership);
    },
    async within(run, work) {
      await owned.get(run)?.assertHeld();
      return database.run(work);
    },
    async heldClaim(run) {
      const ownership = owned.get(run);
      await ownership?.assertHeld();
      return ownership?.claim;
    },
    async [Symbol.asyncDispose]() {
      for (const run of owned.keys()) await letGo(run);
      await database[Symbol.asyncDispose]();
    },
  };
}
