import type { SqlType } from '../sql-type.ts';
import type { Delete, Insert, InsertAll, Merge, Update } from './dml-statement.ts';
import type { Alias, Expr, Name, Query, Travel } from './tree.ts';

export type Statement =
  | { readonly kind: 'query'; readonly query: Query }
  | Insert
  | InsertAll
  | Update
  | Delete
  | Merge
  | CreateTable
  | CreateView
  | CreateContainer
  | CreateAccountObject
  | {
      readonly kind: 'createShare';
      readonly name: Name;
      readonly flags: CreateFlags;
      readonly comment: string;
    }
  | ShareGrant
  | RoleGrant
  | {
      readonly kind: 'alterWarehouse';
      readonly name: Name;
      readonly ifExists: boolean;
      readonly action: 'SUSPEND' | 'RESUME' | 'SET';
      readonly properties: ReadonlyMap<string, string>;
    }
  | Drop
  | { readonly kind: 'undrop'; readonly objectType: ObjectType; readonly name: Name }
  | {
      readonly kind: 'alterTable';
      readonly name: Name;
      readonly ifExists: boolean;
      readonly actions: readonly AlterAction[];
    }
  | {
      readonly kind: 'alterContainer';
      readonly objectType: 'DATABASE' | 'SCHEMA';
      readonly name: Name;
      readonly options: TableOptions;
      readonly newName?: Name;
    }
  | {
      readonly kind: 'alterDynamic';
      readonly name: Name;
      readonly ifExists: boolean;
      readonly action: DynamicAction;
    }
  | { readonly kind: 'truncate'; readonly name: Name; readonly ifExists: boolean }
  | {
      readonly kind: 'use';
      readonly objectType: 'DATABASE' | 'SCHEMA' | 'WAREHOUSE' | 'ROLE' | 'SECONDARY ROLES';
      readonly name: Name;
    }
  | {
      readonly kind: 'alterSession' | 'alterAccount';
      readonly set: ReadonlyMap<string, Expr>;
      readonly unset: readonly string[];
    }
  | {
      readonly kind: 'setVariables';
      readonly names: readonly string[];
      readonly values: readonly Expr[];
    }
  | { readonly kind: 'unsetVariables'; readonly names: readonly string[] }
  | Show
  | Describe
  | { readonly kind: 'begin' | 'commit' | 'rollback' }
  | {
      readonly kind: 'comment';
      readonly objectType: string;
      readonly name: Name;
      readonly column?: string;
      readonly text: string;
      readonly ifExists: boolean;
    }
  | { readonly kind: 'accepted'; readonly what: string };

export type DynamicAction = 'REFRESH' | 'SUSPEND' | 'RESUME';
export type ObjectType = 'TABLE' | 'VIEW' | 'DATABASE' | 'SCHEMA' | 'WAREHOUSE' | 'ROLE' | 'SHARE';

export interface ColumnDef {
  readonly name: string;
  readonly type: SqlType | undefined;
  readonly notNull: boolean;
  readonly defaultText?: string;
  readonly defaultValue?: Expr;
  readonly identity?: {
    readonly start: number;
    readonly step: number;
    readonly ordered: boolean;
  };
  readonly comment?: string;
  readonly constraints: readonly Constraint[];
}

export interface Constraint {
  readonly type: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY';
  readonly name?: string;
  readonly columns: readonly string[];
  readonly references?: { readonly table: Name; readonly columns: readonly string[] };
}

export interface TableOptions {
  readonly retentionDays?: number;
  readonly changeTracking?: boolean;
  readonly comment?: string;
  /** The key of CLUSTER BY as written, without its parentheses. */
  readonly clusterBy?: string;
}

export interface CreateFlags {
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  readonly transient: boolean;
  readonly secure: boolean;
}

export interface CreateTable {
  readonly kind: 'createTable';
  readonly variant?: TableVariant;
  readonly dynamic?: Omit<DynamicTable, 'state' | 'refreshedNs'>;
  readonly name: Name;
  readonly flags: CreateFlags;
  readonly columns: readonly ColumnDef[];
  readonly constraints: readonly Constraint[];
  readonly options: TableOptions;
  readonly as?: Query;
  readonly like?: Name;
  readonly clone?: { readonly source: Name; readonly travel?: Travel };
}

export interface CreateView {
  readonly kind: 'createView';
  readonly name: Name;
  readonly flags: CreateFlags;
  readonly columns: readonly { readonly name: string; readonly comment?: string }[];
  readonly comment?: string;
  readonly materialized: boolean;
  /** The statement as written, which INFORMATION_SCHEMA.VIEWS shows, and where the query starts. */
  readonly text: string;
  readonly queryText: string;
}

export interface CreateContainer {
  readonly kind: 'createContainer';
  readonly objectType: 'DATABASE' | 'SCHEMA';
  readonly name: Name;
  readonly flags: CreateFlags;
  readonly options: TableOptions;
  /** Of a database: `FROM SHARE provider.share`. */
  readonly fromShare?: Name;
}

export interface ShareGrant {
  readonly kind: 'grantToShare';
  readonly revoke: boolean;
  readonly privilege: string;
  readonly objectType: string;
  /** ALL TABLES IN … */
  readonly within?: 'DATABASE' | 'SCHEMA';
  readonly name: Name;
  readonly share: Name;
}

/** What SNOWFLAKE shows to a role, or a role that another one is given. */
export interface RoleGrant {
  readonly kind: 'grantToRole';
  readonly revoke: boolean;
  readonly granted: string;
  readonly role: Name;
}

export interface CreateAccountObject {
  readonly kind: 'createAccountObject';
  readonly objectType: 'WAREHOUSE' | 'ROLE';
  readonly name: Name;
  readonly flags: CreateFlags;
  readonly properties: ReadonlyMap<string, string>;
}

export interface Drop {
  readonly kind: 'drop';
  readonly objectType: ObjectType;
  readonly name: Name;
  readonly ifExists: boolean;
}

export type AlterAction =
  | { readonly kind: 'addColumn'; readonly column: ColumnDef; readonly ifNotExists: boolean }
  | { readonly kind: 'dropColumn'; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'renameColumn'; readonly from: string; readonly to: string }
  | { readonly kind: 'rename'; readonly to: Name }
  | { readonly kind: 'swap'; readonly with: Name }
  | { readonly kind: 'setType'; readonly name: string; readonly type: SqlType }
  | { readonly kind: 'setNotNull'; readonly name: string; readonly notNull: boolean }
  | { readonly kind: 'dropDefault'; readonly name: string }
  | { readonly kind: 'columnComment'; readonly name: string; readonly text: string }
  | { readonly kind: 'options'; readonly options: TableOptions }
  | { readonly kind: 'addConstraint'; readonly constraint: Constraint }
  | {
      readonly kind: 'dropConstraint';
      readonly type: Constraint['type'] | undefined;
      readonly name?: string;
      readonly columns?: readonly string[];
    }
  | { readonly kind: 'dropClusterBy' };

export type DescribedType = ObjectType | 'MATERIALIZED VIEW' | 'DYNAMIC TABLE';

export interface Describe {
  readonly kind: 'describe';
  readonly objectType: DescribedType;
  readonly name: Name;
}

export interface Show {
  readonly kind: 'show';
  /** `TABLES`, `PRIMARY KEYS`, … */
  readonly what: string;
  readonly terse: boolean;
  readonly history: boolean;
  readonly like?: string;
  readonly startsWith?: string;
  readonly limit?: number;
  /** LIMIT … FROM 'name': only what comes after that name. */
  readonly from?: string;
  readonly scope?: {
    readonly type:
      | 'ACCOUNT'
      | 'DATABASE'
      | 'SCHEMA'
      | 'TABLE'
      | 'VIEW'
      | 'SESSION'
      | 'USER'
      | 'WAREHOUSE'
      | undefined;
    /** Of SHOW GRANTS: ON an object, TO or OF a role. */
    readonly grants?: 'ON' | 'TO' | 'OF';
    readonly name: Name;
  };
}

export type { Alias };

/** Kinds of tables whose Time Travel, or writing, is not that of a standard table. */
export type TableVariant = 'hybrid' | 'dynamic' | 'external' | 'iceberg';

/** What a dynamic table was made of. */
export interface DynamicTable {
  readonly targetLag: string;
  readonly warehouse: string;
  readonly refreshMode: string;
  readonly text: string;
  readonly queryText: string;
  readonly state: 'ACTIVE' | 'SUSPENDED';
  readonly refreshedNs: bigint;
}
