import { displayName } from '../../catalog/catalog.ts';
import { SqlError, type StatementResult } from '../../engine/contract.ts';
import { describeColumns } from '../../information/describe.ts';
import { SHOWN, shownColumns } from '../../information/show-objects.ts';
import { checkLimit, type Shown } from '../../information/show-scope.ts';
import {
  type Cell,
  MOMENT_CELL,
  momentCell,
  TEXT_CELL,
  virtualRelation,
} from '../../information/virtual-relation.ts';
import { likePattern } from '../compile/expand-star.ts';
import type { Describe, DescribedType, Show } from '../syntax/statement.ts';
import type { QueryPlan } from '../typed/typed.ts';
import { unsupported } from '../unsupported.ts';
import { fullName } from '../ddl/dynamic-table.ts';
import { lookUp } from '../session/find-object.ts';
import { runQuery } from '../query/run-query.ts';
import type { Session } from '../session/session.ts';
import { showParameters } from './show-parameters.ts';
import { showSession } from './show-session.ts';

type Row = Readonly<Record<string, Cell>>;

/** https://docs.snowflake.com/en/sql-reference/sql/show-tables: at most ten thousand, without a word. */
const MOST_ROWS = 10_000;

/** https://docs.snowflake.com/en/sql-reference/sql/show */
export async function runShow(show: Show, session: Session): Promise<StatementResult> {
  if (show.what === 'PARAMETERS') return run(showParameters(show, session), session);
  const ofSession = showSession(show, session);
  if (ofSession !== undefined) return run(ofSession, session);
  const shown = SHOWN[show.what];
  if (shown === undefined) throw unsupported(`SHOW ${show.what}`);
  checkLimit(show);
  const rows = shown.rows(show, session).filter((row) => isNamed(row[shown.name] ?? null, show));
  const page = shown.ignoresPaging === true ? rows : paged(rows, shown, show);
  const { terseKind } = shown;
  const wanted =
    show.terse && terseKind !== undefined
      ? page.map((row) => ({ ...row, kind: terseKind(row) }))
      : page;
  return run(virtualRelation(shownColumns(shown, show), wanted.slice(0, MOST_ROWS)), session);
}

/** LIKE takes no account of case. */
function isNamed(name: Cell, { like }: Show): boolean {
  return like === undefined || typeof name !== 'string' || likePattern(like, true).test(name);
}

/** STARTS WITH and FROM do; FROM leaves out the name that it gives. */
function paged(rows: readonly Row[], { name }: Shown, show: Show): readonly Row[] {
  const { startsWith, from, limit } = show;
  const kept = rows.filter((row) => {
    const cell = row[name];
    const own = typeof cell === 'string' ? cell : '';
    if (startsWith !== undefined && !own.startsWith(startsWith)) return false;
    return from === undefined || own > from;
  });
  return kept.slice(0, limit ?? kept.length);
}

/** What the error of a missing object calls it. */
const WORDS: Readonly<Partial<Record<DescribedType, string>>> = {
  TABLE: 'Table',
  VIEW: 'View',
  'MATERIALIZED VIEW': 'Materialized view',
  'DYNAMIC TABLE': 'Dynamic table',
};

/**
 * The words for tables and views describe each other's kinds alike; they are told apart where there
 * is nothing (mlorek/frostlake, DescribeRelationKindTest).
 */
export async function runDescribe(
  { objectType, name }: Describe,
  session: Session,
): Promise<StatementResult> {
  const word = WORDS[objectType];
  if (word === undefined) return run(describeContainer(objectType, name, session), session);
  const object = lookUp(session, name);
  if (object !== undefined) return run(describeColumns(object), session);
  const shown = objectType === 'DYNAMIC TABLE' ? fullName(session, name) : displayName(...name);
  throw new SqlError(
    '002003',
    '02000',
    `SQL compilation error:\n${word} '${shown}' does not exist or not authorized.`,
  );
}

/** https://docs.snowflake.com/en/sql-reference/sql/desc-database, desc-schema and desc-warehouse. */
function describeContainer(
  objectType: DescribedType,
  name: readonly string[],
  session: Session,
): QueryPlan {
  const { catalog } = session.shared;
  const own = name.at(-1) ?? '';
  const row = (item: { createdNs: bigint; name: string }, kind: string): Row => ({
    created_on: momentCell(item.createdNs),
    name: item.name,
    kind,
  });
  const columns = { created_on: MOMENT_CELL, name: TEXT_CELL, kind: TEXT_CELL };
  if (objectType === 'DATABASE') {
    const schemas = [...catalog.database(own).schemas.values()];
    return virtualRelation(
      columns,
      schemas.map((schema) => row(schema, 'SCHEMA')),
    );
  }
  if (objectType === 'SCHEMA') {
    const database = name.length > 1 ? (name[0] ?? '') : session.resolveName(['x', 'x']).database;
    const objects = [...catalog.schema(database, own).objects.values()];
    return virtualRelation(
      columns,
      objects.map((object) => row(object, object.kind.toUpperCase())),
    );
  }
  const warehouse = catalog.warehouses.get(own);
  if (objectType !== 'WAREHOUSE') throw unsupported(`DESCRIBE ${objectType}`);
  if (warehouse === undefined) throw missingWarehouse(own);
  return virtualRelation(columns, [row(warehouse, 'WAREHOUSE')]);
}

function missingWarehouse(name: string): SqlError {
  return new SqlError(
    '002003',
    '02000',
    `SQL compilation error:\nWarehouse '${displayName(name)}' does not exist or not authorized.`,
  );
}

async function run(plan: QueryPlan, session: Session): Promise<StatementResult> {
  const { pool } = session.shared;
  return runQuery(plan, {
    open: () => pool.take(),
    close: (connection, finished) => pool.give(connection, finished),
    signal: new AbortController().signal,
  });
}
