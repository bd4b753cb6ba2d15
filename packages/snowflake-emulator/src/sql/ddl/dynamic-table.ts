import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import { displayName } from '../../catalog/catalog.ts';
import { textColumn, rowsResult } from '../statement-handler.ts';
import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import { EMPTY_SCOPE } from '../typed/typed.ts';
import { parseQuery } from '../syntax/parse.ts';
import type { Statement } from '../syntax/statement.ts';
import { missingObject } from '../unsupported.ts';
import { closeRows } from '../dml/close-rows.ts';
import { compilerFor } from '../query/compile-request.ts';
import { coercedSelect } from '../dml/insert.ts';
import { done } from './done.ts';
import { findOwnObject, lookUp } from '../session/find-object.ts';
import { insertRows } from '../dml/insert-rows.ts';
import type { Session } from '../session/session.ts';

/**
 * Nothing refreshes a dynamic table by itself here: its rows are those of its creation or of the
 * last ALTER … REFRESH, as with a long TARGET_LAG.
 */
export async function runAlterDynamic(
  statement: Extract<Statement, { kind: 'alterDynamic' }>,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const { name, ifExists, action } = statement;
  const found = lookUp(session, name);
  if (found === undefined && ifExists) return done();
  const table = found === undefined ? undefined : findOwnObject(session, name);
  if (table?.kind !== 'table' || table.dynamic === undefined)
    throw missingObject('Dynamic table', fullName(session, name));
  await session.transaction.commit();
  if (action === 'REFRESH') return refresh(table, table.dynamic, { session, request, signal });
  table.dynamic = { ...table.dynamic, state: action === 'SUSPEND' ? 'SUSPENDED' : 'ACTIVE' };
  return done();
}

export function fullName(session: Session, parts: readonly string[]): string {
  const { database, schema, name } = session.resolveName(parts);
  return displayName(database, schema, name);
}

interface Running {
  readonly session: Session;
  readonly request: ExecuteRequest;
  readonly signal: AbortSignal;
}

async function refresh(
  table: CatalogTable,
  dynamic: NonNullable<CatalogTable['dynamic']>,
  { session, request, signal }: Running,
): Promise<StatementResult> {
  const outer = await compilerFor(parseQuery(dynamic.queryText), session, request);
  const { query, env } = outer.env.viewQuery(asView(table, dynamic.queryText), undefined);
  const compiler = outer.within(env);
  const columns = table.columns.map((column) => column.name);
  const select = coercedSelect(compiler.query(query, EMPTY_SCOPE), { table, columns, compiler });
  const counts = await session.transaction.write(table, signal, async (write) => ({
    deleted: await closeRows(session, table, write, signal),
    inserted: await insertRows({ session, table, columns, select, write, signal }),
  }));
  table.dynamic = { ...dynamic, refreshedNs: session.now() };
  const statistics = `{"insertedRows":${counts.inserted},"copiedRows":0,"deletedRows":${counts.deleted}}`;
  return rowsResult(['statistics', 'data_timestamp'].map(textColumn), [
    [statistics, new Date(Number(table.dynamic.refreshedNs / 1_000_000n)).toISOString()],
  ]);
}

/** Its names are looked up where the table is, as a view's are. */
function asView({ kind: _kind, ...table }: CatalogTable, queryText: string): CatalogView {
  return { ...table, kind: 'view', text: '', queryText, secure: false };
}
