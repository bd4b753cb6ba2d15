import type { CatalogTable, CatalogView, Share } from '../../catalog/catalog-objects.ts';
import { displayName } from '../../catalog/catalog.ts';
import type { StatementResult } from '../../engine/contract.ts';
import type { CreateContainer, ShareGrant, Statement } from '../syntax/statement.ts';
import type { Name } from '../syntax/tree.ts';
import { compilationError, existingObject, missingObject, unsupported } from '../unsupported.ts';
import { done } from './done.ts';
import { findOwnObject } from '../session/find-object.ts';
import type { Session } from '../session/session.ts';

/**
 * Shares, and databases made from them. The emulator is provider and consumer at once: any account's
 * name may stand before a share's. https://docs.snowflake.com/en/user-guide/data-sharing-provider
 */

export function createShare(
  statement: Extract<Statement, { kind: 'createShare' }>,
  session: Session,
): StatementResult {
  const { shares } = session.shared.catalog;
  const name = statement.name.at(-1) ?? '';
  if (shares.has(name) && !statement.flags.orReplace) {
    if (statement.flags.ifNotExists) return done(`${name} already exists, statement succeeded.`);
    throw existingObject(displayName(name));
  }
  const { comment } = statement;
  const createdNs = session.now();
  shares.set(name, { name, createdNs, comment, schemas: new Set(), objects: new Set() });
  return done(`Share ${name} successfully created.`);
}

/** CREATE DATABASE name FROM SHARE provider.share; the database becomes the session's. */
export function importDatabase(
  statement: CreateContainer & { readonly fromShare: Name },
  session: Session,
): StatementResult {
  const { catalog } = session.shared;
  const name = statement.name.at(-1) ?? '';
  const share = shareNamed(statement.fromShare, session);
  const { flags } = statement;
  if (catalog.databases.has(name)) {
    if (flags.ifNotExists) return done(`${name} already exists, statement succeeded.`);
    if (flags.orReplace) catalog.databases.delete(name);
  }
  const provider = statement.fromShare.slice(0, -1).join('.');
  catalog.importDatabase(name, provider, share, session.now());
  session.database = name;
  session.schema = catalog.database(name).schemas.has('PUBLIC') ? 'PUBLIC' : undefined;
  return done(`Database ${name} successfully created.`);
}

function shareNamed(parts: Name, session: Session): Share {
  const share = session.shared.catalog.shares.get(parts.at(-1) ?? '');
  if (share === undefined) throw missingObject('Share', displayName(...parts));
  return share;
}

export function grantToShare(grant: ShareGrant, session: Session): StatementResult {
  const share = shareNamed(grant.share, session);
  const { catalog } = session.shared;
  const [own = '', parent = session.database ?? ''] = grant.name.toReversed();
  if (grant.within !== undefined) {
    for (const object of objectsWithin(grant, session)) setShown(share.objects, object, grant);
  } else if (grant.objectType === 'DATABASE') {
    if (grant.revoke) delete share.database;
    else if (grant.privilege === 'USAGE') share.database = catalog.ownDatabase(own);
  } else if (grant.objectType === 'SCHEMA') {
    setShown(share.schemas, catalog.ownSchema(parent, own), grant);
  } else if (isShareable(grant.objectType)) {
    const object = findOwnObject(session, grant.name);
    checkSecure(object);
    setShown(share.objects, object, grant);
  } else throw unsupported(`GRANT ON ${grant.objectType} TO SHARE`);
  return done();
}

const isShareable = (type: string): boolean => type === 'TABLE' || type === 'VIEW';

function setShown<T>(shown: Set<T>, item: T, { revoke }: ShareGrant): void {
  if (revoke) shown.delete(item);
  else shown.add(item);
}

/** Those that are there now: later ones need a grant of their own. */
function objectsWithin(grant: ShareGrant, session: Session): (CatalogTable | CatalogView)[] {
  if (!isShareable(grant.objectType))
    throw unsupported(`GRANT ON ALL ${grant.objectType}S TO SHARE`);
  const { catalog } = session.shared;
  const [own = '', parent = session.database ?? ''] = grant.name.toReversed();
  const schemas =
    grant.within === 'DATABASE'
      ? [...catalog.ownDatabase(own).schemas.values()]
      : [catalog.ownSchema(parent, own)];
  const kind = grant.objectType.toLowerCase();
  const found = schemas.flatMap((schema) => [...schema.objects.values()]);
  return found.filter(
    (object) => object.kind === kind && !(object.kind === 'view' && !object.secure),
  );
}

/** https://docs.snowflake.com/en/user-guide/data-sharing-views: a share shows secure views only. */
function checkSecure(object: CatalogTable | CatalogView): void {
  if (object.kind === 'table' || object.secure) return;
  throw compilationError(
    'Non-secure object can only be granted to shares with "secure_objects_only" property set to false.',
  );
}
