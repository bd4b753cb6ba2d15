import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import { displayName } from '../../catalog/catalog.ts';
import type { Snapshot } from '../../catalog/transaction-log.ts';
import { SqlError } from '../../engine/contract.ts';
import type { Travel } from '../syntax/tree.ts';
import { unsupported } from '../unsupported.ts';
import type { Session } from './session.ts';

const DAY_NS = 86_400_000_000_000n;
/** https://docs.snowflake.com/en/sql-reference/constructs/at-before: the smallest resolution. */
const MILLI_NS = 1_000_000n;

/**
 * Whether an object has a past at a point. Throws 000707 where it has none, and 000002 for the kinds
 * of objects that have no Time Travel, or not by this clause.
 */
export function checkTravel(
  object: CatalogTable | CatalogView,
  travel: Travel,
  snapshot: Snapshot,
  { session, nowNs }: { readonly session: Session; readonly nowNs: bigint },
): void {
  if (object.imported === true) throw notAvailable(object);
  if (object.kind === 'view') return checkView(object);
  checkVariant(object, travel);
  const days = session.shared.catalog.retentionDays(object);
  const oldest = nowNs - BigInt(days) * DAY_NS;
  if (snapshot.ns - (snapshot.ns % MILLI_NS) > session.now()) throw future(object);
  const isBefore = snapshot.ns / MILLI_NS < object.createdNs / MILLI_NS;
  if (days === 0 || isBefore || snapshot.ns < oldest) {
    throw notAvailable(object);
  }
}

/**
 * Imported objects have no Time Travel (https://docs.snowflake.com/en/user-guide/data-share-consumers):
 * their retention is 0, by https://docs.snowflake.com/en/release-notes/bcr-bundles/2023_05/bcr-1146.
 */
function notAvailable({ name }: { readonly name: string }): SqlError {
  return new SqlError(
    '000707',
    '02000',
    `Time travel data is not available for table ${displayName(name)}. The requested time is either beyond the allowed time travel period or before the object creation time.`,
  );
}

/** The words are measured (mlorek/frostlake, TimeTravelTest), the code is not. */
function future({ name }: { readonly name: string }): SqlError {
  return new SqlError(
    '000707',
    '02000',
    `Future data is not yet available for table ${displayName(name)}.`,
  );
}

/** https://docs.snowflake.com/en/user-guide/views-materialized, "Limitations". */
function checkView(view: CatalogView): void {
  if (view.materialized === true) throw unsupported('Time Travel on a materialized view');
}

/**
 * Hybrid tables know AT(TIMESTAMP) alone (https://docs.snowflake.com/en/sql-reference/constructs/at-before),
 * external ones no Time Travel (https://docs.snowflake.com/en/user-guide/tables-external-intro).
 */
function checkVariant({ variant }: CatalogTable, { before, by }: Travel): void {
  if (variant === 'external') throw unsupported('Time Travel on an external table');
  if (variant !== 'hybrid' || (by === 'TIMESTAMP' && !before)) return;
  throw unsupported(`${before ? 'BEFORE' : 'AT'}(${by} => …) on a hybrid table`);
}
