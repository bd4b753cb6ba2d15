import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import { displayName } from '../../catalog/catalog.ts';
import type { Snapshot } from '../../catalog/transaction-log.ts';
import { type ExecuteRequest, SqlError } from '../../engine/contract.ts';
import { accountUsageView } from '../../information/account-usage.ts';
import { informationFunction, informationView } from '../../information/information-schema.ts';
import { findObject } from '../session/find-object.ts';
import { variableValue } from '../session/session-variables.ts';
import type { Session } from '../session/session.ts';
import { parseQuery } from '../syntax/parse.ts';
import type { Travel } from '../syntax/tree.ts';
import { type Environment, type QueryPlan, quoteText } from '../typed/typed.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { bindingValue } from './bindings.ts';
import type { Evaluated } from './evaluate-before.ts';
import { fromWire } from './wire.ts';

export function createEnvironment(
  session: Session,
  request: ExecuteRequest,
  evaluated: Evaluated,
  nowNs: bigint = session.now(),
): Environment {
  let last = 0;
  const present = session.present();
  const env: Environment = {
    user: session.user,
    sessionId: session.id,
    role: session.role,
    database: session.database,
    schema: session.schema,
    warehouse: session.warehouse,
    account: session.shared.account,
    nowNs,
    transaction: session.shared.openTransactions.get(session.id)?.id,
    lastTransaction: session.lastTransaction,
    parameter: (name) => session.parameter(name),
    binding: (key) =>
      key.startsWith('$') ? variableValue(key, session, env) : bindingValue(key, request),
    find: (parts) => findObject(session, parts),
    informationSchema: (parts) => systemView(parts, session),
    informationFunction: (name) => informationFunction(name, session),
    snapshot: (travel) => (travel === undefined ? present : snapshotOf(travel, evaluated)),
    checkTravel: (object, travel) =>
      checkTravel(object, travel, snapshotOf(travel, evaluated), { session, nowNs }),
    evaluated: (call) => evaluated.calls.get(call),
    viewQuery: (view, travel) => viewQuery(view, travel, session, env),
    queryId: (index) => (index < 0 ? session.queryIds.at(index) : session.queryIds[index - 1]),
    resultScan: (queryId) => resultScan(queryId, session),
    unique: () => {
      last += 1;
      return last;
    },
  };
  return env;
}

function systemView(parts: readonly string[], session: Session): QueryPlan | undefined {
  return accountUsageView(parts, session) ?? informationView(parts, session);
}

function snapshotOf(travel: Travel, evaluated: Evaluated): Snapshot {
  const snapshot = evaluated.snapshots.get(travel);
  if (snapshot === undefined) throw unsupported('AT or BEFORE in a view');
  return snapshot;
}

/** A view's names are looked up in its own database and schema. */
function viewQuery(
  view: CatalogView,
  travel: Travel | undefined,
  session: Session,
  env: Environment,
): ReturnType<Environment['viewQuery']> {
  const query = parseQuery(view.queryText, String(session.parameter('TIMESTAMP_TYPE_MAPPING')));
  const home = view.home ?? view;
  const complete = (parts: readonly string[]): readonly string[] =>
    parts.length === 1
      ? [home.database, home.schema, ...parts]
      : parts.length === 2
        ? [home.database, ...parts]
        : parts;
  const inner: Environment = {
    ...env,
    database: home.database,
    schema: home.schema,
    find: (parts): CatalogTable | CatalogView => findObject(session, complete(parts)),
    informationSchema: (parts) =>
      systemView(parts.length === 2 ? [home.database, ...parts] : parts, session),
    viewQuery: (other, at) => viewQuery(other, at, session, inner),
    ...(travel === undefined ? {} : { inherited: { travel } }),
  };
  return { query, env: inner };
}

/** The rows of an earlier statement, while they are kept. */
function resultScan(queryId: string, session: Session): QueryPlan {
  const entry = session.shared.history.entries.get(queryId);
  if (entry === undefined)
    throw compilationError(`Statement ${queryId} not found`, '000709', '02000');
  const { result } = entry;
  if (result?.complete !== true)
    throw unsupported('RESULT_SCAN of a result that is large, old or not read');
  if (result.columns.some(({ type }) => type.name === 'INTERVAL')) {
    throw unsupported('RESULT_SCAN of intervals');
  }
  const columns = result.columns.map((column, i) => ({ ...column, physical: `c${i + 1}` }));
  const list = columns
    .map(({ physical, type }) => `${fromWire(`v."${physical}"`, type)} AS "${physical}"`)
    .join(', ');
  const names = columns.map(({ physical }) => `"${physical}"`).join(', ');
  if (result.rows.length === 0) {
    const nulls = columns
      .map(({ physical }) => `CAST(NULL AS VARCHAR) AS "${physical}"`)
      .join(', ');
    return { sql: `SELECT ${list} FROM (SELECT ${nulls}) v WHERE false`, columns };
  }
  const rows = result.rows.map(
    (row) =>
      `(${row.map((value) => (value === null ? 'CAST(NULL AS VARCHAR)' : quoteText(value))).join(', ')})`,
  );
  return { sql: `SELECT ${list} FROM (VALUES ${rows.join(', ')}) v(${names})`, columns };
}

const DAY_NS = 86_400_000_000_000n;
/** https://docs.snowflake.com/en/sql-reference/constructs/at-before: the smallest resolution. */
const MILLI_NS = 1_000_000n;

/**
 * Whether an object has a past at a point. Throws 000707 where it has none, and 000002 for the kinds
 * of objects that have no Time Travel, or not by this clause.
 */
function checkTravel(
  object: CatalogTable | CatalogView,
  travel: Travel,
  snapshot: Snapshot,
  { session, nowNs }: { readonly session: Session; readonly nowNs: bigint },
): void {
  if (object.imported === true) throw notAvailable(object);
  if (object.kind === 'view') return checkView(object);
  checkVariant(object, travel);
  const days = session.shared.catalog.retentionDays(object);
  const oldest = nowNs - BigInt(days) * DAY_NS;
  if (snapshot.ns - (snapshot.ns % MILLI_NS) > session.now()) throw future(object);
  const isBefore = snapshot.ns / MILLI_NS < object.createdNs / MILLI_NS;
  if (days === 0 || isBefore || snapshot.ns < oldest) {
    throw notAvailable(object);
  }
}

/**
 * Imported objects have no Time Travel (https://docs.snowflake.com/en/user-guide/data-share-consumers):
 * their retention is 0, by https://docs.snowflake.com/en/release-notes/bcr-bundles/2023_05/bcr-1146.
 */
function notAvailable({ name }: { readonly name: string }): SqlError {
  return new SqlError(
    '000707',
    '02000',
    `Time travel data is not available for table ${displayName(name)}. The requested time is either beyond the allowed time travel period or before the object creation time.`,
  );
}

/** The words are measured (mlorek/frostlake, TimeTravelTest), the code is not. */
function future({ name }: { readonly name: string }): SqlError {
  return new SqlError(
    '000707',
    '02000',
    `Future data is not yet available for table ${displayName(name)}.`,
  );
}

/** https://docs.snowflake.com/en/user-guide/views-materialized, "Limitations". */
function checkView(view: CatalogView): void {
  if (view.materialized === true) throw unsupported('Time Travel on a materialized view');
}

/**
 * Hybrid tables know AT(TIMESTAMP) alone (https://docs.snowflake.com/en/sql-reference/constructs/at-before),
 * external ones no Time Travel (https://docs.snowflake.com/en/user-guide/tables-external-intro).
 */
function checkVariant({ variant }: CatalogTable, { before, by }: Travel): void {
  if (variant === 'external') throw unsupported('Time Travel on an external table');
  if (variant !== 'hybrid' || (by === 'TIMESTAMP' && !before)) return;
  throw unsupported(`${before ? 'BEFORE' : 'AT'}(${by} => …) on a hybrid table`);
}
