import type { CatalogSession } from '../catalog/catalog-session.ts';
import { displayName } from '../catalog/catalog.ts';
import type { HistoryEntry } from '../catalog/query-history.ts';
import { SqlError } from '../engine/contract.ts';
import { FLOAT } from '../sql/sql-type.ts';
import type { QueryPlan } from '../sql/typed/typed.ts';
import { missingObject, unsupported } from '../sql/unsupported.ts';
import { creditsPerHour } from './show-account.ts';
import {
  MOMENT_CELL,
  momentCell,
  NUMBER_CELL,
  TEXT_CELL,
  virtualRelation,
} from './virtual-relation.ts';

const DATABASE = 'SNOWFLAKE';
const SCHEMA = 'ACCOUNT_USAGE';
const ATTRIBUTION = 'QUERY_ATTRIBUTION_HISTORY';

/**
 * Who may read the view, by its page's "Usage notes", and by
 * https://docs.snowflake.com/en/sql-reference/account-usage, "Enabling other roles to use schemas in
 * the SNOWFLAKE database".
 */
const READERS = [
  'DATABASE ROLE SNOWFLAKE.USAGE_VIEWER',
  'DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER',
  'IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE',
];

/** `SNOWFLAKE.ACCOUNT_USAGE.view`; an account has no other database of that name. */
export function accountUsageView(
  parts: readonly string[],
  session: CatalogSession,
): QueryPlan | undefined {
  const [name = '', schema = session.schema, database = session.database] = parts.toReversed();
  if (database !== DATABASE || schema !== SCHEMA) return undefined;
  checkReader(name, session);
  if (name !== ATTRIBUTION) throw unsupported(displayName(DATABASE, SCHEMA, name));
  return attributionHistory(session);
}

/**
 * A role with nothing of SNOWFLAKE does not see the schema (as reported in bytebase/bytebase#15733),
 * one with another of its database roles sees it, and not the view.
 */
function checkReader(name: string, { shared: { catalog }, role }: CatalogSession): void {
  const granted = catalog.grantedTo(role);
  if (role === 'ACCOUNTADMIN' || READERS.some((reader) => granted.has(reader))) return;
  if ([...granted].some((one) => one.startsWith(`DATABASE ROLE ${DATABASE}.`)))
    throw missingObject('Object', displayName(DATABASE, SCHEMA, name));
  const message = `Schema '${DATABASE}.${SCHEMA}' does not exist or not authorized.`;
  throw new SqlError('002003', '02000', `SQL compilation error:\n${message}`);
}

/** https://docs.snowflake.com/en/sql-reference/account-usage/query_attribution_history */
const COLUMNS = {
  QUERY_ID: TEXT_CELL,
  PARENT_QUERY_ID: TEXT_CELL,
  ROOT_QUERY_ID: TEXT_CELL,
  WAREHOUSE_ID: NUMBER_CELL,
  WAREHOUSE_NAME: TEXT_CELL,
  QUERY_HASH: TEXT_CELL,
  QUERY_PARAMETERIZED_HASH: TEXT_CELL,
  QUERY_TAG: TEXT_CELL,
  USER_NAME: TEXT_CELL,
  START_TIME: MOMENT_CELL,
  END_TIME: MOMENT_CELL,
  CREDITS_ATTRIBUTED_COMPUTE: FLOAT,
  CREDITS_USED_QUERY_ACCELERATION: FLOAT,
};

/** How Snowflake makes them is nobody's to know: a query that reads one is refused. */
const UNKNOWN: readonly string[] = ['WAREHOUSE_ID', 'QUERY_HASH', 'QUERY_PARAMETERIZED_HASH'];

/**
 * Statements that ended long enough ago, and took long enough. What share of a warehouse each is
 * given where several run at once is not documented: here it is its time, at the price of the size.
 */
function attributionHistory(session: CatalogSession): QueryPlan {
  const { history, catalog } = session.shared;
  const { lateSeconds, shortestMs } = history.attribution;
  const shown = (entry: HistoryEntry): boolean =>
    entry.endNs !== undefined &&
    entry.endNs + BigInt(Math.round(lateSeconds * 1e9)) <= session.now() &&
    secondsOf(entry) * 1000 > shortestMs &&
    entry.warehouse !== undefined &&
    computes(entry.text);
  const rows = [...history.entries.values()].filter(shown).map((entry) => ({
    QUERY_ID: entry.queryId,
    WAREHOUSE_NAME: entry.warehouse ?? null,
    QUERY_TAG: entry.tag,
    USER_NAME: entry.user,
    START_TIME: momentCell(entry.startNs),
    END_TIME: momentCell(entry.endNs),
    CREDITS_ATTRIBUTED_COMPUTE:
      (secondsOf(entry) / 3600) * creditsPerHour(catalog.warehouses.get(entry.warehouse ?? '')),
  }));
  return refuseUnknown(virtualRelation(COLUMNS, rows));
}

function refuseUnknown(plan: QueryPlan): QueryPlan {
  const list = plan.columns.map(({ name, physical }) => {
    const refusal = `SF|000002|0A000|Unsupported feature '${ATTRIBUTION}.${name}'.`;
    return UNKNOWN.includes(name)
      ? `error('${refusal.replaceAll("'", "''")}') AS ${physical}`
      : physical;
  });
  return { ...plan, sql: `SELECT ${list.join(', ')} FROM (${plan.sql})` };
}

function secondsOf({ startNs, endNs = startNs }: HistoryEntry): number {
  return Number(endNs - startNs) / 1e9;
}

/** What needs a warehouse: not SHOW, USE, or a definition that reads no rows. */
function computes(text: string): boolean {
  return /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:\(|(?:SELECT|WITH|COPY|INSERT|UPDATE|DELETE|MERGE)\b|CREATE\s[\w\s]*TABLE\b[^]*\bAS\b[\s(]*(?:SELECT|WITH)\b)/iu.test(
    text,
  );
}
