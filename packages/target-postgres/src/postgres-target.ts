import type { Foresees, Loading, Rejects, TablePlan, WholeTarget } from '@snowmelt/core';

import { foreseePieces } from './indexes/foresee-pieces.ts';
import { postgresType } from './types/type-map.ts';
import { checkTable } from './check/check-table.ts';
import { heldSnapshot } from './ledger/snapshot-ledger.ts';
import type { PostgresTargetOptions } from './connect/connection-options.ts';
import { Databases } from './connect/databases.ts';
import { pingDatabase } from './connect/ping.ts';
import { type Session, transaction } from './connect/transaction.ts';
import { countRows } from './describe/count-rows.ts';
import { describeTable } from './describe/describe-table.ts';
import { digestTable } from './digest/digest-table.ts';
import { fedColumns } from './ledger/fed-columns.ts';
import { listSessions } from './repair/list-sessions.ts';
import { repairDatabase } from './repair/repair-database.ts';
import { divideChunk, loadChunk } from './load/load-chunk.ts';
import { loadKeys } from './missing/load-keys.ts';
import { modes } from './modes/modes.ts';
import { replicaBrake, type ReplicaBrake } from './load/replica-lag.ts';
import { prepareTable } from './prepare/prepare-table.ts';
import { publishTable } from './publish/publish-table.ts';
import { dependents } from './ledger/truncate-reach.ts';
import { readDurableReceipts } from './publish/read-durable-receipts.ts';
import { listRejects } from './rejects/list-rejects.ts';
import { readRejectedRows } from './rejects/read-rejected-rows.ts';
import { retryRejects } from './rejects/retry-rejects.ts';
import { targetGrants } from './rights/target-grants.ts';
import { refuseForgotten, stands } from './standing/stands.ts';
import { restartRun } from './standing/restart-run.ts';
import { decideTypes } from './types/decide-types.ts';
import { fractionDigits } from './types/fraction-digits.ts';
import { isEmpty } from './describe/is-empty.ts';
import { newestWatermark } from './watermark/newest-watermark.ts';

/** A target in PostgreSQL 14 or later. Connects when it is first asked for something. */
export function createPostgresTarget(options: PostgresTargetOptions): WholeTarget {
  const databases = new Databases(options);
  const { maxReplicaLagSeconds: lag } = options.settings ?? {};
  const brake = lag === undefined ? undefined : replicaBrake(databases, lag);
  const loading = loadingOf(databases, brake);
  const plain = <T>(database: string, signal: AbortSignal, ask: (session: Session) => Promise<T>) =>
    transaction(databases, { database, signal, purpose: 'plain' }, ask);
  return {
    ...loading,
    ping: (database, context) => pingDatabase(databases, database, context),
    describe: (ref, { signal }) =>
      plain(ref.database, signal, (session) => describeTable(session, ref)),
    isEmpty: (ref, context) => isEmpty(databases, ref, context),
    count: (ref, context) => countRows(databases, ref, context),
    receipts: (table, context) => readDurableReceipts(databases, table, context),
    divides: {
      divide: (table, chunk, pieces, context) =>
        divideChunk(databases, { table, chunk, pieces, context }),
    },
    createsTables: {
      fractionDigits,
      decideTypes: (request, context) => decideTypes(databases, request, context),
    },
    limits: true,
    merges: loading,
    swaps: loading,
    deletesMissing: loading,
    changes: {
      ...loading,
      heldSnapshot: (table, context) => heldSnapshot(databases, table, context),
    },
    watermarks: {
      newest: (table, column, context) => newestWatermark(databases, table, column, context),
    },
    sessions: { list: (database, context) => listSessions(databases, database, context) },
    rejects: rejectsOf(databases),
    foresees: foreseesOf(databases),
    repairs: { repair: (request, context) => repairDatabase(databases, request, context) },
    digests: { digest: (table, context) => digestTable(databases, table, context) },
    references: {
      dependents: (ref, { signal }) =>
        plain(ref.database, signal, (session) => dependents(session, ref)),
    },
    ...memoryOf(databases),
    grants: {
      grants: (database, request, context) => targetGrants(databases, database, request, context),
    },
    [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose](),
  };
}

function memoryOf(databases: Databases): Pick<WholeTarget, 'history' | 'standing'> {
  return {
    history: { fedColumns: (table, context) => fedColumns(databases, table, context) },
    standing: {
      stands: (table, context) => stands(databases, table, context),
      refuseForgotten: (table, context) => refuseForgotten(databases, table, context),
    },
  };
}

function foreseesOf(databases: Databases): Foresees {
  return {
    pieces: (table, context) => foreseePieces(databases, table, context),
    newType: ({ source, newType }) => newType ?? postgresType(source.type),
  };
}

function rejectsOf(databases: Databases): Rejects {
  return {
    groups: (database, query, context) => listRejects(databases, database, query, context),
    rows: (database, query, context) => readRejectedRows(databases, database, query, context),
    retry: (database, filter, context) => retryRejects(databases, database, filter, context),
  };
}

/** Of plans of every mode: the mode is found by the plan. */
function loadingOf(databases: Databases, brake?: ReplicaBrake): Loading<TablePlan> {
  return {
    check: (table, existing, context) => checkTable(databases, { table, existing, context }),
    prepare: (table, context) => prepareTable(databases, table, context),
    async load(table, chunk, open, context) {
      if (brake !== undefined) await brake.wait(table.target.database, context);
      const load = chunk.of === 'keys' ? loadKeys : modes[table.mode].load;
      return loadChunk(databases, { table, chunk, open, context, load });
    },
    publish: (table, context) => publishTable(databases, table, context),
    restart: (table, why, context) => restartRun(databases, table, why, context),
  };
}
