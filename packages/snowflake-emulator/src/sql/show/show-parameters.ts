import { displayName } from '../../catalog/catalog.ts';
import {
  TEXT_CELL,
  virtualRelation,
  type VirtualColumns,
} from '../../information/virtual-relation.ts';
import { likePattern } from '../compile/expand-star.ts';
import type { QueryPlan } from '../typed/typed.ts';
import type { Show } from '../syntax/statement.ts';
import { missingObject, unsupported } from '../unsupported.ts';
import { findObject } from '../session/find-object.ts';
import {
  ACCOUNT_PARAMETERS,
  DEFAULT_PARAMETERS,
  type ParameterValue,
} from '../session/parameters.ts';
import type { Session } from '../session/session.ts';

const COLUMNS: VirtualColumns = {
  key: TEXT_CELL,
  value: TEXT_CELL,
  default: TEXT_CELL,
  level: TEXT_CELL,
  description: TEXT_CELL,
  type: TEXT_CELL,
};

interface Shown {
  readonly key: string;
  readonly value: ParameterValue;
  readonly default: ParameterValue;
  /** Where it was set; empty for the default. */
  readonly level: string;
  readonly description: string;
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-parameters */
export function showParameters(show: Show, session: Session): QueryPlan {
  const { like } = show;
  const rows = parametersIn(show, session)
    .filter(({ key }) => like === undefined || likePattern(like, true).test(key))
    .map((each) => ({
      ...each,
      value: String(each.value),
      default: String(each.default),
      type: typeOf(each.default),
    }));
  return virtualRelation(COLUMNS, rows);
}

const typeOf = (value: ParameterValue): string =>
  ({ string: 'STRING', boolean: 'BOOLEAN', number: 'NUMBER' })[
    typeof value as 'string' | 'boolean' | 'number'
  ];

function parametersIn({ scope }: Show, session: Session): Shown[] {
  switch (scope?.type) {
    case undefined:
    case 'SESSION':
    case 'USER':
      return sessionParameters(session);
    case 'ACCOUNT':
      return [...sessionParameters(session, true), ...accountParameters(session)];
    case 'WAREHOUSE':
      return warehouseParameters(scope.name.at(-1) ?? session.warehouse ?? '', session);
    case 'DATABASE':
    case 'SCHEMA':
    case 'TABLE':
      return [retention(scope.type, scope.name, session)];
    default:
      throw unsupported(`SHOW PARAMETERS IN ${scope?.type}`);
  }
}

/** Of the session, or their defaults, which are the account's. */
function sessionParameters(session: Session, ofAccount = false): Shown[] {
  return Object.entries(DEFAULT_PARAMETERS).map(([key, { value, description }]) => {
    const isSet = !ofAccount && session.parameters.has(key);
    const own = isSet ? (session.parameters.get(key) ?? value) : value;
    return { key, value: own, default: value, level: isSet ? 'SESSION' : '', description };
  });
}

function accountParameters({ shared }: Session): Shown[] {
  return Object.entries(ACCOUNT_PARAMETERS).map(([key, { value, description }]) => {
    const own = shared.accountParameters.get(key);
    return {
      key,
      value: own ?? value,
      default: value,
      level: own === undefined ? '' : 'ACCOUNT',
      description,
    };
  });
}

const OF_WAREHOUSES: readonly (readonly [string, number, string])[] = [
  ['MAX_CONCURRENCY_LEVEL', 8, 'Statements at a time'],
  ['STATEMENT_QUEUED_TIMEOUT_IN_SECONDS', 0, 'Seconds in the queue'],
  ['STATEMENT_TIMEOUT_IN_SECONDS', 172_800, 'Seconds that a statement may run'],
];

function warehouseParameters(name: string, { shared }: Session): Shown[] {
  const warehouse = shared.catalog.warehouses.get(name);
  if (warehouse === undefined) throw missingObject('Warehouse', displayName(name));
  return OF_WAREHOUSES.map(([key, value, description]) => {
    const own = warehouse.properties.get(key);
    const level = own === undefined ? '' : 'WAREHOUSE';
    return { key, value: own ?? value, default: value, level, description };
  });
}

/** An imported object has none (https://docs.snowflake.com/en/release-notes/bcr-bundles/2023_05/bcr-1146). */
function retention(
  type: 'DATABASE' | 'SCHEMA' | 'TABLE',
  name: readonly string[],
  session: Session,
): Shown {
  const { catalog } = session.shared;
  const own = name.at(-1) ?? '';
  const database = name.length > 1 ? (name[0] ?? '') : (session.database ?? '');
  const days =
    type === 'DATABASE'
      ? catalog.database(own).retentionDays
      : type === 'SCHEMA'
        ? catalog.schema(database, own).retentionDays
        : tableRetention(name, session);
  return {
    key: 'DATA_RETENTION_TIME_IN_DAYS',
    value: days ?? 1,
    default: 1,
    level: days === undefined ? '' : type,
    description: 'Days of Time Travel',
  };
}

function tableRetention(name: readonly string[], session: Session): number | undefined {
  const table = findObject(session, name);
  return table.kind === 'table' ? table.retentionDays : undefined;
}
