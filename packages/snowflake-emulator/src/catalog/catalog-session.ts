import type { QueryHistory } from './query-history.ts';
import type { CatalogTable } from './catalog-objects.ts';
import type { Catalog } from './catalog.ts';
import type { Snapshot } from './transaction-log.ts';

/** What the catalog's views need of the session that reads them. */
export interface CatalogSession {
  readonly id: number;
  readonly user: string;
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly role: string | undefined;
  readonly warehouse: string | undefined;
  readonly temporary: ReadonlyMap<string, CatalogTable>;
  now(): bigint;
  present(): Snapshot;
  readonly shared: { readonly catalog: Catalog; readonly history: QueryHistory };
}
