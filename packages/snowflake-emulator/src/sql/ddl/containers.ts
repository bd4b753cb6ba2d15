import { displayName } from '../../catalog/catalog.ts';
import type { StatementResult } from '../../engine/contract.ts';
import type {
  CreateAccountObject,
  CreateContainer,
  Statement,
  TableOptions,
} from '../syntax/statement.ts';
import { existingObject, missingObject, unsupported } from '../unsupported.ts';
import { createShare, grantToShare, importDatabase } from './shares.ts';
import { done } from './done.ts';
import type { Session } from '../session/session.ts';

type ContainerStatement =
  | CreateContainer
  | CreateAccountObject
  | Extract<
      Statement,
      { kind: 'alterWarehouse' | 'alterContainer' | 'createShare' | 'grantToShare' | 'grantToRole' }
    >;

export async function runContainerStatement(
  statement: ContainerStatement,
  session: Session,
): Promise<StatementResult> {
  await session.transaction.commit();
  switch (statement.kind) {
    case 'createContainer': {
      const { fromShare } = statement;
      if (fromShare !== undefined) return importDatabase({ ...statement, fromShare }, session);
      return createContainer(statement, session);
    }
    case 'createShare':
      return createShare(statement, session);
    case 'grantToShare':
      return grantToShare(statement, session);
    case 'grantToRole':
      return grantToRole(statement, session);
    case 'alterWarehouse':
      return alterWarehouse(statement, session);
    case 'createAccountObject':
      return createAccountObject(statement, session);
    case 'alterContainer': {
      if (statement.newName !== undefined)
        throw unsupported(`ALTER ${statement.objectType} RENAME`);
      applyOptions(containerOf(statement.objectType, statement.name, session), statement.options);
      return done();
    }
  }
}

function containerOf(type: 'DATABASE' | 'SCHEMA', name: readonly string[], session: Session) {
  const { catalog } = session.shared;
  const own = name.at(-1) ?? '';
  if (type === 'DATABASE') return catalog.ownDatabase(own);
  return catalog.ownSchema(name.length > 1 ? (name[0] ?? '') : currentDatabase(session), own);
}

function currentDatabase(session: Session): string {
  return session.resolveName(['x', 'x']).database;
}

interface HasOptions {
  retentionDays?: number;
  comment?: string;
}

function applyOptions(target: HasOptions, options: TableOptions): void {
  if (options.retentionDays !== undefined) target.retentionDays = options.retentionDays;
  if (options.comment !== undefined) target.comment = options.comment;
}

/** Takes a schema or a database away, with what extensions keep in it; false if there is none. */
export async function dropContainer(
  { shared }: Session,
  container: { readonly database: string; readonly schema?: string },
): Promise<boolean> {
  const { catalog, extensions, engine } = shared;
  const { database, schema } = container;
  const found =
    schema === undefined
      ? catalog.databases.delete(database)
      : catalog.ownDatabase(database).schemas.delete(schema);
  if (found)
    for (const extension of extensions) await extension.onContainerDrop?.(container, engine);
  return found;
}

/** The new database or schema becomes the session's. */
async function createContainer(
  statement: CreateContainer,
  session: Session,
): Promise<StatementResult> {
  const { catalog } = session.shared;
  const { objectType, flags } = statement;
  const name = statement.name.at(-1) ?? '';
  const database =
    objectType === 'DATABASE'
      ? name
      : statement.name.length > 1
        ? (statement.name[0] ?? '')
        : currentDatabase(session);
  const siblings: ReadonlyMap<string, unknown> =
    objectType === 'DATABASE' ? catalog.databases : catalog.ownDatabase(database).schemas;
  const label = objectType === 'DATABASE' ? 'Database' : 'Schema';
  if (siblings.has(name)) {
    if (flags.ifNotExists) return done(`${name} already exists, statement succeeded.`);
    if (!flags.orReplace) throw existingObject(displayName(...statement.name));
    await dropContainer(session, {
      database,
      ...(objectType === 'SCHEMA' ? { schema: name } : {}),
    });
  }
  const nowNs = session.now();
  const created =
    objectType === 'DATABASE'
      ? catalog.createDatabase(name, nowNs, flags.transient)
      : catalog.createSchema(database, name, nowNs, flags.transient);
  applyOptions(created, statement.options);
  session.database = database;
  session.schema = objectType === 'DATABASE' ? 'PUBLIC' : name;
  return done(`${label} ${name} successfully created.`);
}

function createAccountObject(statement: CreateAccountObject, session: Session): StatementResult {
  const { catalog } = session.shared;
  const { objectType, flags, properties } = statement;
  const name = statement.name.at(-1) ?? '';
  const objects = objectType === 'WAREHOUSE' ? catalog.warehouses : catalog.roles;
  const label = objectType === 'WAREHOUSE' ? 'Warehouse' : 'Role';
  if (objects.has(name) && !flags.orReplace) {
    if (flags.ifNotExists) return done(`${name} already exists, statement succeeded.`);
    throw existingObject(displayName(name));
  }
  const suspended = properties.get('INITIALLY_SUSPENDED')?.toUpperCase() === 'TRUE';
  objects.set(name, { name, createdNs: session.now(), properties, suspended });
  if (objectType === 'WAREHOUSE') session.warehouse = name;
  else catalog.grants.delete(`ROLE ${name}`);
  return done(`${label} ${name} successfully created.`);
}

function grantToRole(
  { granted, role, revoke }: Extract<Statement, { kind: 'grantToRole' }>,
  { shared: { catalog } }: Session,
): StatementResult {
  const to = `ROLE ${role.join('.')}`;
  const has = catalog.grants.get(to) ?? new Set();
  catalog.grants.set(to, has);
  if (revoke) has.delete(granted);
  else has.add(granted);
  return done();
}

function alterWarehouse(
  { name, ifExists, action, properties }: Extract<Statement, { kind: 'alterWarehouse' }>,
  session: Session,
): StatementResult {
  const { warehouses } = session.shared.catalog;
  const warehouse = warehouses.get(name.at(-1) ?? '');
  if (warehouse === undefined) {
    if (ifExists) return done();
    throw missingObject('Warehouse', displayName(...name));
  }
  warehouses.set(warehouse.name, {
    ...warehouse,
    properties: new Map([...warehouse.properties, ...properties]),
    suspended: action === 'SET' ? warehouse.suspended === true : action === 'SUSPEND',
  });
  return done();
}
