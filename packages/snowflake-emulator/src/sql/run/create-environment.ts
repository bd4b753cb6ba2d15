import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import type { Snapshot } from '../../catalog/transaction-log.ts';
import { informationFunction, informationView } from '../../catalog/information-schema.ts';
import type { ExecuteRequest } from '../../engine/contract.ts';
import type { Environment } from '../compile/environment.ts';
import { parseQuery } from '../syntax/parse.ts';
import type { Travel } from '../syntax/tree.ts';
import { unsupported } from '../unsupported.ts';
import { bindingValue } from './bindings.ts';
import type { Evaluated } from './evaluate-before.ts';
import { checkTravel } from './check-travel.ts';
import { findObject } from './find-object.ts';
import { resultScan } from './result-scan.ts';
import type { Session } from './session.ts';
import { variableValue } from './session-variables.ts';

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
    informationSchema: (parts) => informationView(parts, session),
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
      informationView(parts.length === 2 ? [home.database, ...parts] : parts, session),
    viewQuery: (other, at) => viewQuery(other, at, session, inner),
    ...(travel === undefined ? {} : { inherited: { travel } }),
  };
  return { query, env: inner };
}
