import type { Snapshot } from '../../catalog/transaction-log.ts';
import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import type { Call, Query, TableRef, Travel } from '../syntax/tree.ts';
import type { Typed, QueryPlan } from './typed.ts';

/** What a statement is compiled in: its session's state, its bindings, and the catalog. */
export interface Environment {
  readonly user: string;
  readonly sessionId: number;
  readonly role: string | undefined;
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly warehouse: string | undefined;
  readonly account: string;
  /** When the statement started, in nanoseconds since the epoch. */
  readonly nowNs: bigint;
  parameter(name: string): string | number | boolean | undefined;
  /** The value bound to `?` number n, or `:n`. */
  binding(key: string): Typed;
  /** A table or view by its name; throws 002003. */
  find(parts: readonly string[]): CatalogTable | CatalogView;
  /** A view of INFORMATION_SCHEMA; undefined if the name is no such view. */
  informationSchema(parts: readonly string[]): QueryPlan | undefined;
  informationFunction(name: string): QueryPlan | undefined;
  /** What tables hold at the point a query names; the present when undefined. */
  snapshot(travel: Travel | undefined): Snapshot;
  /** Throws 000707 if the object has no past at that point, 000002 if its kind has none. */
  checkTravel(object: CatalogTable | CatalogView, travel: Travel): void;
  /** The value of a call that was evaluated beforehand (an extension's function). */
  evaluated(call: Call): string | null | undefined;
  /** The query of a view, to be compiled as if written in the view's own schema. */
  viewQuery(
    view: CatalogView,
    travel: Travel | undefined,
  ): { readonly query: Query; readonly env: Environment };
  /** The ids of the session's open transaction, and of the one before. */
  readonly transaction: bigint | undefined;
  readonly lastTransaction: bigint | undefined;
  queryId(index: number): string | undefined;
  resultScan(queryId: string): QueryPlan;
  /** The time travel that a view's reader asked for; it holds for all tables under the view. */
  readonly inherited?: Pick<TableRef, 'travel'>;
  /** A number that no other call of this statement gets. */
  unique(): number;
}
