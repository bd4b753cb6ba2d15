import type { SqlType } from '../sql/sql-type.ts';
import type { Constraint, DynamicTable, TableVariant } from '../sql/syntax/statement.ts';
import type { Expr } from '../sql/syntax/tree.ts';

export interface CatalogColumn {
  name: string;
  type: SqlType;
  nullable: boolean;
  /** Its name in DuckDB, which no other column of the table ever had. */
  readonly physical: string;
  defaultText?: string;
  defaultValue?: Expr;
  identity?: {
    readonly start: number;
    readonly step: number;
    readonly ordered: boolean;
    readonly sequence: string;
  };
  comment?: string;
}

interface CatalogObject {
  database: string;
  schema: string;
  name: string;
  readonly owner: string;
  /** Nanoseconds since the epoch. */
  readonly createdNs: bigint;
  alteredNs: bigint;
  droppedNs?: bigint;
  comment?: string;
  /** Seen in a database that was made from a share: read-only, and without a past. */
  readonly imported?: true;
}

export interface CatalogTable extends CatalogObject {
  readonly kind: 'table';
  readonly variant?: TableVariant;
  dynamic?: DynamicTable;
  /** Its name in DuckDB. Hidden columns: `vf`, `vt` (see transaction-log.ts), and `rid`. */
  readonly physical: string;
  columns: CatalogColumn[];
  constraints: Constraint[];
  readonly temporary: boolean;
  readonly transient: boolean;
  /** DATA_RETENTION_TIME_IN_DAYS; undefined: the schema's, the database's, or 1. */
  retentionDays?: number;
  changeTracking: boolean;
  /** When change tracking began. */
  trackedNs?: bigint;
  clusterBy?: string;
  nextColumn: number;
}

export interface CatalogView extends CatalogObject {
  readonly kind: 'view';
  readonly text: string;
  readonly queryText: string;
  readonly secure: boolean;
  readonly materialized?: boolean;
  /** Where the names in its query are looked up, if not in its own schema: a shared view's provider. */
  readonly home?: { readonly database: string; readonly schema: string };
  readonly columns: readonly { name: string; type: SqlType; nullable: boolean; comment?: string }[];
}

export interface CatalogSchema {
  name: string;
  readonly database: string;
  readonly objects: Map<string, CatalogTable | CatalogView>;
  /** Dropped tables that UNDROP brings back, oldest first. */
  readonly dropped: CatalogTable[];
  readonly createdNs: bigint;
  readonly transient: boolean;
  retentionDays?: number;
  comment?: string;
}

export interface CatalogDatabase {
  name: string;
  /** Set for a database that was made from a share; its schemas are those that the share shows. */
  readonly origin?: { readonly provider: string; readonly share: Share };
  readonly schemas: Map<string, CatalogSchema>;
  readonly createdNs: bigint;
  readonly transient: boolean;
  retentionDays?: number;
  comment?: string;
}

/** What a provider shows to other accounts. https://docs.snowflake.com/en/user-guide/data-sharing-intro */
export interface Share {
  readonly name: string;
  readonly createdNs: bigint;
  readonly comment: string;
  /** The database that USAGE was granted on. */
  database?: CatalogDatabase;
  readonly schemas: Set<CatalogSchema>;
  readonly objects: Set<CatalogTable | CatalogView>;
}

export interface AccountObject {
  /** Of a warehouse that is not running. */
  readonly suspended?: boolean;
  readonly name: string;
  readonly createdNs: bigint;
  readonly properties: ReadonlyMap<string, string>;
}
