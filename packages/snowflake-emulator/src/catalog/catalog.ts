import { SqlError } from '../engine/contract.ts';
import { existingObject, insufficientPrivileges, missingObject } from '../sql/unsupported.ts';
import type {
  AccountObject,
  CatalogDatabase,
  CatalogSchema,
  CatalogTable,
  CatalogView,
  Share,
} from './catalog-objects.ts';
import { sharedSchemas } from './shared-schemas.ts';

/** https://docs.snowflake.com/en/user-guide/data-time-travel: one day unless set otherwise. */
const DEFAULT_RETENTION_DAYS = 1;

export interface FullName {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** A name as Snowflake's messages show it: quoted where it must be. */
export function displayName(...parts: readonly string[]): string {
  return parts
    .map((part) => (/^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join('.');
}

/** What the account holds. Its objects' rows are in DuckDB; everything else is here. */
export class Catalog {
  readonly databases = new Map<string, CatalogDatabase>();
  readonly warehouses = new Map<string, AccountObject>();
  readonly roles = new Map<string, AccountObject>();
  readonly shares = new Map<string, Share>();
  /** What was granted to a role, of that which is followed: see `grantedTo`. */
  readonly grants = new Map<string, Set<string>>();
  #lastPhysical = 0;

  /** A name for a table or sequence in DuckDB. */
  physicalName(prefix: string): string {
    this.#lastPhysical += 1;
    return `${prefix}${this.#lastPhysical}`;
  }

  /** What a role has of others' grants, by itself, as PUBLIC, or by a role that was granted to it. */
  grantedTo(role: string | undefined): ReadonlySet<string> {
    const found = new Set(['ROLE PUBLIC', `ROLE ${role ?? 'PUBLIC'}`]);
    for (const one of found) {
      for (const granted of this.grants.get(one) ?? []) found.add(granted);
    }
    return found;
  }

  createDatabase(name: string, nowNs: bigint, transient = false): CatalogDatabase {
    if (this.databases.has(name)) throw existingObject(name);
    const schemas = new Map<string, CatalogSchema>();
    const database = { name, schemas, createdNs: nowNs, transient };
    this.databases.set(name, database);
    this.createSchema(name, 'PUBLIC', nowNs);
    return database;
  }

  /** https://docs.snowflake.com/en/sql-reference/sql/create-database: CREATE DATABASE … FROM SHARE. */
  importDatabase(name: string, provider: string, share: Share, nowNs: bigint): void {
    if (this.databases.has(name)) throw existingObject(name);
    const consumer = { name, createdNs: nowNs };
    const shown = (): Map<string, CatalogSchema> =>
      this.#isShown(share) ? sharedSchemas(share, consumer) : new Map<string, CatalogSchema>();
    this.databases.set(name, {
      ...consumer,
      origin: { provider, share },
      transient: false,
      get schemas() {
        return shown();
      },
    });
  }

  createSchema(database: string, name: string, nowNs: bigint, transient = false): CatalogSchema {
    const parent = this.ownDatabase(database);
    if (parent.schemas.has(name) || name === 'INFORMATION_SCHEMA') throw existingObject(name);
    const schema: CatalogSchema = {
      name,
      database,
      objects: new Map(),
      dropped: [],
      createdNs: nowNs,
      transient,
    };
    parent.schemas.set(name, schema);
    return schema;
  }

  /** Throws 002003, and 003030 for a database whose share has ended. */
  database(name: string): CatalogDatabase {
    const database = this.databases.get(name);
    if (database === undefined) throw missingObject('Database', displayName(name));
    if (database.origin !== undefined) this.#checkShare(database.origin.share);
    return database;
  }

  /** A database that may be changed. Throws 003001 for one that was made from a share. */
  ownDatabase(name: string): CatalogDatabase {
    const database = this.database(name);
    if (database.origin !== undefined) throw insufficientPrivileges('database', displayName(name));
    return database;
  }

  /** A schema that objects may be made in. Throws 003001 for one that a share shows. */
  ownSchema(database: string, name: string): CatalogSchema {
    const schema = this.schema(database, name);
    if (this.database(database).origin !== undefined)
      throw insufficientPrivileges('schema', displayName(name));
    return schema;
  }

  #isShown(share: Share): boolean {
    const { database } = share;
    if (database === undefined || this.shares.get(share.name) !== share) return false;
    return this.databases.get(database.name) === database;
  }

  /** 003030: as reported in github.com/xlang-ai/Spider2/issues/172. */
  #checkShare(share: Share): void {
    if (this.#isShown(share)) return;
    throw new SqlError(
      '003030',
      '02000',
      'SQL compilation error:\nShared database is no longer available for use. It will need to be re-created if and when the publisher makes it available again.',
    );
  }

  /** Throws 002003. */
  schema(database: string, name: string): CatalogSchema {
    const schema = this.database(database).schemas.get(name);
    if (schema === undefined) throw missingObject('Schema', displayName(database, name));
    return schema;
  }

  find(name: FullName): CatalogTable | CatalogView | undefined {
    if (!this.databases.has(name.database)) return undefined;
    return this.database(name.database).schemas.get(name.schema)?.objects.get(name.name);
  }

  add(object: CatalogTable | CatalogView): void {
    const { objects } = this.schema(object.database, object.schema);
    if (objects.has(object.name)) throw existingObject(object.name);
    objects.set(object.name, object);
  }

  drop(object: CatalogTable | CatalogView, nowNs: bigint): void {
    const schema = this.schema(object.database, object.schema);
    schema.objects.delete(object.name);
    object.droppedNs = nowNs;
    if (object.kind === 'table') schema.dropped.push(object);
  }

  undrop(name: FullName): CatalogTable {
    const schema = this.schema(name.database, name.schema);
    const index = schema.dropped.findLastIndex((table) => table.name === name.name);
    const table = schema.dropped[index];
    if (table === undefined) {
      throw new SqlError(
        '002003',
        '42S02',
        `SQL compilation error:\nTable '${displayName(name.name)}' did not exist or was purged.`,
      );
    }
    if (schema.objects.has(name.name)) throw existingObject(name.name);
    schema.dropped.splice(index, 1);
    delete table.droppedNs;
    schema.objects.set(name.name, table);
    return table;
  }

  /** Days of time travel: the table's own setting, or its schema's, or its database's. */
  retentionDays(table: CatalogTable): number {
    const database = this.databases.get(table.database);
    const schema = database?.schemas.get(table.schema);
    return (
      table.retentionDays ??
      schema?.retentionDays ??
      database?.retentionDays ??
      DEFAULT_RETENTION_DAYS
    );
  }
}
