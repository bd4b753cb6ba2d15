import type { QueryPlan } from '../sql/compile/typed.ts';
import type { HistoryEntry } from '../sql/run/query-history.ts';
import type { CatalogSession } from './catalog-session.ts';
import {
  MOMENT_CELL,
  NUMBER_CELL,
  TEXT_CELL,
  momentCell,
  virtualRelation,
} from './virtual-relation.ts';

const COLUMNS = {
  QUERY_ID: TEXT_CELL,
  QUERY_TEXT: TEXT_CELL,
  DATABASE_NAME: TEXT_CELL,
  SCHEMA_NAME: TEXT_CELL,
  QUERY_TYPE: TEXT_CELL,
  SESSION_ID: NUMBER_CELL,
  USER_NAME: TEXT_CELL,
  ROLE_NAME: TEXT_CELL,
  WAREHOUSE_NAME: TEXT_CELL,
  QUERY_TAG: TEXT_CELL,
  EXECUTION_STATUS: TEXT_CELL,
  ERROR_CODE: TEXT_CELL,
  ERROR_MESSAGE: TEXT_CELL,
  START_TIME: MOMENT_CELL,
  END_TIME: MOMENT_CELL,
  TOTAL_ELAPSED_TIME: NUMBER_CELL,
  ROWS_PRODUCED: NUMBER_CELL,
};

/** Newest first; https://docs.snowflake.com/en/sql-reference/functions/query_history */
export function queryHistory(
  { shared }: CatalogSession,
  keep: (entry: HistoryEntry) => boolean,
): QueryPlan {
  const entries = [...shared.history.entries.values()].filter(keep).toReversed().slice(0, 10_000);
  return virtualRelation(COLUMNS, entries.map(historyRow));
}

function historyRow(entry: HistoryEntry) {
  return {
    QUERY_ID: entry.queryId,
    QUERY_TEXT: entry.text,
    DATABASE_NAME: entry.database ?? null,
    SCHEMA_NAME: entry.schema ?? null,
    QUERY_TYPE: /^\s*(\w+)/.exec(entry.text)?.[1]?.toUpperCase() ?? null,
    SESSION_ID: entry.sessionId,
    USER_NAME: entry.user,
    ROLE_NAME: entry.role ?? null,
    WAREHOUSE_NAME: entry.warehouse ?? null,
    QUERY_TAG: entry.tag,
    EXECUTION_STATUS: entry.status,
    ERROR_CODE: entry.errorCode ?? null,
    ERROR_MESSAGE: entry.errorMessage ?? null,
    START_TIME: momentCell(entry.startNs),
    END_TIME: momentCell(entry.endNs),
    TOTAL_ELAPSED_TIME:
      entry.endNs === undefined ? null : (entry.endNs - entry.startNs) / 1_000_000n,
    ROWS_PRODUCED: entry.rows,
  };
}
