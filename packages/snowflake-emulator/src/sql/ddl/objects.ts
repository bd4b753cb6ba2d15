import type { CatalogView } from '../../catalog/catalog-objects.ts';
import { displayName } from '../../catalog/catalog.ts';
import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import { renameColumns } from '../compile/compile-query.ts';
import { parseQuery } from '../syntax/parse.ts';
import type { CreateView, Drop, Statement } from '../syntax/statement.ts';
import {
  compilationError,
  existingObject,
  insufficientPrivileges,
  missingObject,
  unsupported,
} from '../unsupported.ts';
import { compileQueryTree } from '../query/compile-request.ts';
import { dropContainer } from './containers.ts';
import { done } from './done.ts';
import { lookUp, temporaryKey } from '../session/find-object.ts';
import type { Session } from '../session/session.ts';

export async function runCreateView(
  statement: CreateView,
  session: Session,
  request: ExecuteRequest,
): Promise<StatementResult> {
  const { catalog } = session.shared;
  const name = session.resolveName(statement.name);
  catalog.ownSchema(name.database, name.schema);
  const existing = catalog.find(name);
  if (existing !== undefined && !statement.flags.orReplace) {
    if (statement.flags.ifNotExists)
      return done(`${name.name} already exists, statement succeeded.`);
    throw existingObject(displayName(...statement.name));
  }
  const plan = await compileQueryTree(
    parseQuery(statement.queryText, String(session.parameter('TIMESTAMP_TYPE_MAPPING'))),
    session,
    request,
  );
  const columns = renameColumns(
    plan.columns,
    statement.columns.map((column) => column.name),
  );
  await session.transaction.commit();
  const nowNs = session.now();
  const view: CatalogView = {
    kind: 'view',
    ...name,
    owner: session.role ?? 'ACCOUNTADMIN',
    createdNs: nowNs,
    alteredNs: nowNs,
    text: statement.text,
    queryText: statement.queryText,
    secure: statement.flags.secure,
    ...(statement.materialized ? { materialized: true } : {}),
    columns: columns.map((column, i) => viewColumn(column, statement.columns[i]?.comment)),
    ...(statement.comment === undefined ? {} : { comment: statement.comment }),
  };
  if (existing !== undefined) catalog.drop(existing, nowNs);
  catalog.add(view);
  return done(`View ${name.name} successfully created.`);
}

function viewColumn(
  { name, type, nullable }: CatalogView['columns'][number],
  comment: string | undefined,
): CatalogView['columns'][number] {
  return comment === undefined ? { name, type, nullable } : { name, type, nullable, comment };
}

export async function runDrop(statement: Drop, session: Session): Promise<StatementResult> {
  await session.transaction.commit();
  const { catalog } = session.shared;
  const [name = ''] = statement.name.slice(-1);
  const missing = (): StatementResult => {
    if (statement.ifExists)
      return done(`Drop statement executed successfully (${name} already dropped).`);
    throw missingObject(titled(statement.objectType), displayName(...statement.name));
  };
  switch (statement.objectType) {
    case 'TABLE':
    case 'VIEW':
      return dropTableOrView(statement, session, missing);
    case 'DATABASE':
      if (!(await dropContainer(session, { database: name }))) return missing();
      if (session.database === name) [session.database, session.schema] = [undefined, undefined];
      break;
    case 'SCHEMA': {
      const database = statement.name.length > 1 ? statement.name[0] : session.database;
      if (!catalog.databases.has(database ?? '')) return missing();
      const dropped = await dropContainer(session, { database: database ?? '', schema: name });
      if (!dropped) return missing();
      if (session.schema === name) session.schema = undefined;
      break;
    }
    case 'WAREHOUSE':
    case 'ROLE': {
      const objects = statement.objectType === 'ROLE' ? catalog.roles : catalog.warehouses;
      if (!objects.delete(name)) return missing();
      break;
    }
    case 'SHARE':
      if (!catalog.shares.delete(name)) return missing();
  }
  return done(`${name} successfully dropped.`);
}

const titled = (word: string): string => word.charAt(0) + word.slice(1).toLowerCase();

function dropTableOrView(
  statement: Drop,
  session: Session,
  missing: () => StatementResult,
): StatementResult {
  const object =
    statement.ifExists && session.database === undefined && statement.name.length < 3
      ? undefined
      : lookUp(session, statement.name);
  if (object === undefined) return missing();
  if (object.kind !== statement.objectType.toLowerCase()) {
    throw compilationError(
      `Object found is of type '${object.kind.toUpperCase()}' not specified type '${statement.objectType}'.`,
      '001007',
      '42809',
    );
  }
  if (object.imported === true) throw insufficientPrivileges(object.kind, displayName(object.name));
  if (object.kind === 'table' && object.temporary) {
    session.temporary.delete(temporaryKey(object.database, object.schema, object.name));
  } else session.shared.catalog.drop(object, session.now());
  return done(`${object.name} successfully dropped.`);
}

export async function runUndrop(
  statement: Extract<Statement, { kind: 'undrop' }>,
  session: Session,
): Promise<StatementResult> {
  if (statement.objectType !== 'TABLE') throw unsupported(`UNDROP ${statement.objectType}`);
  await session.transaction.commit();
  const table = session.shared.catalog.undrop(session.resolveName(statement.name));
  return done(`Table ${table.name} successfully restored.`);
}
