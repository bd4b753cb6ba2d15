import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import { isServerError, serverMessage } from '@snowmelt/pg-connection';
import { rejectedRow } from '../copy/copy-error.ts';

/** A row that can't go since rows of another table refer to it; else as any row that is refused. */
export function referredRow(error: unknown, table: TablePlan): unknown {
  const referred = isServerError(error) && ['23503', '23001'].includes(error.code);
  if (!referred) return rejectedRow(error, table);
  const child = `${error.schema ?? ''}.${error.table ?? ''}`;
  return new SnowmeltError(
    'TARGET.ROW_REJECTED',
    `${serverMessage(error)} (SQLSTATE ${error.code}): nothing was deleted`,
    {
      cause: error,
      fix:
        `Remove the rows of ${child} that refer to the missing ones, as its own delete_missing ` +
        'does, and run the same command again; or use delete_missing: soft.',
    },
  );
}
