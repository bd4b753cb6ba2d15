import { isSnowmeltError, SnowmeltError, type TablePlan, type WorkContext } from '@snowmelt/core';

import type { Databases } from '../../connect/databases.ts';
import { limitLocks, waitForDisk } from '../../connect/session-settings.ts';
import {
  type Session,
  tableOptions,
  transaction,
  type TransactionOptions,
} from '../../connect/transaction.ts';
import { findsNoPartition, rejectedRow } from '../../copy/copy-error.ts';
import { recordIdentity } from '../../ledger/identity.ts';
import { lockTarget } from '../../ledger/lock-target.ts';
import { recordSnapshot } from '../../ledger/snapshot-ledger.ts';
import { refuseStalePlan } from '../../ledger/table-ledger.ts';
import { supersede } from '../../ledger/truncate-once.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';
import { dropGathered } from '../../tables/drop-leftovers.ts';
import { quoteShadow, shadowName } from '../../tables/shadow-table.ts';
import { copyLoad } from '../shared/copy-load.ts';
import type { Mode } from '../shared/mode.ts';
import { beginGather, type CreateShadow } from './begin-gather.ts';
import {
  readGathered,
  recordInPlace,
  refuseSharedTarget,
  refuseWithoutShadow,
  type RowsPut,
} from './gather-ledger.ts';

/** What modes have in common that gather their rows beside the table. */
export function gathering(create: CreateShadow, inPlace: InPlace) {
  return {
    prepare: { begin: (session, table, begun) => beginGather(session, table, begun, create) },
    load: { ...copyLoad(shadowOf), refuseLate: refuseWithoutShadow },
    publish: async (databases, table, context) => {
      await putInPlace(databases, table, context, inPlace);
      return undefined;
    },
  } satisfies Partial<Mode>;
}

function shadowOf(table: TablePlan): string {
  return quoteShadow(shadowName(table));
}

/** How one mode puts in place what it has gathered. */
interface InPlace {
  /** For the log, with what `put` gives. */
  readonly event: string;
  /** What `put` is quicker with; beforehand, so that writers wait less long. */
  readonly ready?: (session: Session, table: TablePlan, shadow: string) => Promise<void>;
  /** There is nothing to be put, and no writer has to wait. Absent: there always is. */
  readonly isNothing?: (session: Session, table: TablePlan, shadow: string) => Promise<boolean>;
  /** Under the locks of both tables. */
  readonly put: (session: Session, table: TablePlan, shadow: string) => Promise<RowsPut>;
}

/**
 * Puts what the run has gathered in place, in one transaction that readers neither wait for nor see
 * a part of. Idempotent: what is done is in the ledger, and where it breaks the target holds its old
 * rows.
 */
async function putInPlace(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
  gathered: InPlace,
): Promise<void> {
  const options: TransactionOptions = {
    ...tableOptions(table, context),
    explain: (error) => stillTheOldRows(rejectedRow(error, table)),
  };
  await transaction(databases, options, (session) => makeReady(session, table, gathered));
  const done = await transaction(databases, options, (session) =>
    putOnce(databases, session, table, gathered),
  );
  if (done === undefined) return;
  context.log.info(gathered.event, { table: table.key, run: table.run, ...done });
}

async function makeReady(session: Session, table: TablePlan, { ready }: InPlace): Promise<void> {
  await lockTarget(session, table);
  const { shadow } = await readGathered(session, table);
  if (shadow === undefined) return;
  await ready?.(session, table, shadow);
  await session.query(`ANALYZE ${quoteShadow(shadow)}`);
}

async function putOnce(
  databases: Databases,
  session: Session,
  table: TablePlan,
  { isNothing, put }: InPlace,
): Promise<RowsPut | undefined> {
  await lockTarget(session, table);
  await refuseStalePlan(session, table);
  const { shadow, inPlace } = await readGathered(session, table);
  if (inPlace) return undefined;
  if (shadow === undefined) throw shadowGone(table);
  const quoted = quoteShadow(shadow);
  await session.query(limitLocks(databases.lockTimeoutMs));
  await session.locking(`what the run has gathered for ${table.target.name}`, () =>
    session.query(`LOCK TABLE ${quoted} IN EXCLUSIVE MODE`),
  );
  await refuseSharedTarget(session, table);
  let done: RowsPut = {};
  if ((await isNothing?.(session, table, quoted)) !== true) {
    await lockTables(databases, session, table);
    await refuseStalePlan(session, table);
    done = await put(session, table, quoted);
  }
  await supersede(session, table, [table.target]);
  await recordInPlace(session, table, done);
  await recordIdentity(session, table);
  await recordSnapshot(session, table);
  await dropGathered(session, shadow);
  await session.query(waitForDisk);
  return done;
}

/**
 * EXCLUSIVE lets readers read and holds back writers, also the rows of other tables that a foreign
 * key is about to lead here. Swaps of tables that foreign keys connect wait for one another, since
 * each of two reads the other's table.
 */
async function lockTables(databases: Databases, session: Session, table: TablePlan): Promise<void> {
  const target = quoteTable(table.target);
  await session.query(`SET LOCAL lock_timeout = 0`);
  await session.locking('the swap of another table', () => session.query(oneByOneSql, [target]));
  await session.query(limitLocks(databases.lockTimeoutMs));
  await session.locking(`swap of ${target}`, () =>
    session.query(`LOCK TABLE ${target} IN EXCLUSIVE MODE`),
  );
}

const oneByOneSql = `
SELECT pg_catalog.pg_advisory_xact_lock(hashtextextended('snowmelt swap', 0))
WHERE EXISTS (
  SELECT 1 FROM pg_catalog.pg_constraint
  WHERE contype = 'f' AND pg_catalog.to_regclass($1) IN (conrelid, confrelid))`;

function shadowGone({ target }: TablePlan): SnowmeltError {
  return new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `the table in which this run gathered the rows of ${target.schema}.${target.name} is gone`,
  );
}

function stillTheOldRows(error: unknown): unknown {
  if (!isSnowmeltError(error) || error.code !== 'TARGET.ROW_REJECTED') return error;
  // What was found before PostgreSQL had to refuse it says so itself.
  if (error.cause === undefined) return error;
  return new SnowmeltError(error.code, `${error.message}; the target still holds its old rows`, {
    cause: error,
    place: error.place,
    fix: findsNoPartition(error.cause)
      ? error.fix
      : 'Mend the rows at the source, or what refers to those that it no longer has.',
  });
}
