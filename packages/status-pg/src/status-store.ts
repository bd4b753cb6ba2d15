import { randomUUID } from 'node:crypto';

import { waits, type ObservesRuns, type StatusStore } from '@snowmelt/core';

import { checkStore } from './check/check-store.ts';
import { statusGrants } from './check/schema-rights.ts';
import { addChunks, chunksAtOnce } from './chunk/add-chunks.ts';
import { lease } from './chunk/lease.ts';
import { recordLoaded } from './chunk/record-loaded.ts';
import { record } from './chunk/record.ts';
import { renew } from './chunk/renew.ts';
import type { PostgresStatusOptions } from './connect/connection-options.ts';
import { Database } from './connect/database.ts';
import { migrate } from './migrate/migrate.ts';
import { activity, activityOf, latest } from './observe/activity.ts';
import { chunkMap, throughput } from './observe/progress.ts';
import { createOwnedRuns, type OwnedRuns } from './owned-runs.ts';
import { unfinishedRun } from './run/choose-run.ts';
import { closeRun } from './run/close-run.ts';
import { events } from './run/events.ts';
import { keepSnapshot } from './run/keep-snapshot.ts';
import { openRun } from './run/open-run.ts';
import { runLives } from './run/run-lives.ts';
import { spend } from './run/spend.ts';
import { runs, summary } from './run/summary.ts';
import { sharing } from './sharing.ts';
import { recordTable } from './table/record-table.ts';
import { keptStatements } from './table/statements.ts';
import { createRefresher } from './table/refresh-counts.ts';

type RunMethods = Pick<
  StatusStore,
  | 'openRun'
  | 'unfinishedRun'
  | 'keepSnapshot'
  | 'recordTable'
  | 'closeRun'
  | 'summary'
  | 'runs'
  | 'runLives'
  | 'events'
  | 'spend'
>;
type ChunkMethods = Pick<StatusStore, 'addChunks' | 'lease' | 'renew' | 'record' | 'recordLoaded'>;

/**
 * Runs, tables, chunks and leases in the schema `migration_status` of a PostgreSQL database.
 * Connects when first used. Calls outlast a server that restarts or fails over
 * (`outageSeconds`); what a run's owner calls fails once the run is not its own any more.
 */
export function createPostgresStatusStore(options: PostgresStatusOptions): StatusStore {
  const owned = createOwnedRuns(new Database(options));
  const { leaseSeconds = waits['status.lease'].seconds } = options;
  return {
    check: (need) => checkStore(owned.database, need),
    grants: (request) => statusGrants(owned.database, request),
    migrate: () => migrate(owned.database, options),
    observes: observing(owned.database, leaseSeconds),
    statements: keptStatements((run, work) => owned.within(run, work)),
    sharing: sharing(owned),
    ...runMethods(owned),
    ...chunkMethods(owned, leaseSeconds),
    [Symbol.asyncDispose]: () => Promise.resolve(owned[Symbol.asyncDispose]()),
  };
}

function runMethods(owned: OwnedRuns): RunMethods {
  const { database } = owned;
  return {
    async openRun(request) {
      const { state, ownership } = await openRun(database, request);
      owned.add(ownership);
      return state;
    },
    unfinishedRun: (request, maxAgeHours) =>
      database.run(async (session) => {
        const run = await unfinishedRun(session, request, maxAgeHours);
        return run === undefined ? undefined : summary(session, run.id);
      }),
    keepSnapshot: (run, snapshot) =>
      owned.within(run, (session) => keepSnapshot(session, run, snapshot)),
    async recordTable(run, table, event) {
      const claim = await owned.heldClaim(run);
      await database.transaction((session) => recordTable(session, { run, table }, event, claim));
    },
    async closeRun(run, status, error, settled) {
      try {
        const claim = await owned.heldClaim(run);
        await database.transaction((session) =>
          closeRun(session, run, { status, error, settled }, claim),
        );
      } finally {
        await owned.letGo(run);
      }
    },
    spend: (run, owner, use) => database.run((session) => spend(session, run, owner, use)),
    summary: (run) => database.run((session) => summary(session, run)),
    runLives: (named) => database.run((session) => runLives(session, named)),
    events: (run, limit) => database.run((session) => events(session, run, limit)),
    runs: (limit, places) => database.run((session) => runs(session, limit, places)),
  };
}

function observing(database: Database, seconds: number): ObservesRuns {
  return {
    activity: (limit) => database.run((session) => activity(session, limit, seconds)),
    activityOf: (run) => database.run((session) => activityOf(session, run, seconds)),
    latest: (limit, places) =>
      database.run((session) => latest(session, { limit, places }, seconds)),
    throughput: (run, buckets, table) =>
      database.run((session) => throughput(session, run, { buckets, table })),
    chunkMap: (run, table, cells) =>
      database.run((session) => chunkMap(session, { run, table }, cells)),
  };
}

function chunkMethods(owned: OwnedRuns, seconds: number): ChunkMethods {
  const refresh = createRefresher(owned.database);
  return {
    async addChunks(run, table, chunks) {
      for (let start = 0; start < chunks.length; start += chunksAtOnce) {
        const some = chunks.slice(start, start + chunksAtOnce);
        await owned.within(run, (session) => addChunks(session, { run, table }, some));
      }
    },
    lease(run, table, worker, gate) {
      const request = { run, table, worker, gate, seconds, event: randomUUID() };
      return owned.within(run, (session, again) => lease(session, request, again));
    },
    renew: (held) => owned.within(held.run, (session) => renew(session, held, seconds)),
    async record(held, what) {
      const event = randomUUID();
      await owned.within(held.run, (session) => record(session, held, { what, event }));
      await refresh(held.run, held.table);
    },
    recordLoaded: (run, table, chunks) =>
      owned.within(run, (session) => recordLoaded(session, { run, table }, chunks)),
  };
}
