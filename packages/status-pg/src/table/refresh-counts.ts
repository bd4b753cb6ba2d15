import { isSnowmeltError, type RunId, type TableKey } from '@snowmelt/core';

import type { Database } from '../connect/database.ts';
import { refreshCounts } from './count-tables.ts';

/** How old the counters of a table in progress may be, for monitoring. */
const seconds = 5;

/** Brings a table's counters up to date, if this process has not asked for that just now. */
export function createRefresher(database: Database) {
  const asked = new Map<string, number>();
  return async (run: RunId, table: TableKey): Promise<void> => {
    const key = JSON.stringify([run, table]);
    if (Date.now() - (asked.get(key) ?? 0) < seconds * 1000) return;
    asked.set(key, Date.now());
    try {
      await database.run((session) => refreshCounts(session, { run, table }, seconds));
    } catch (error) {
      // What was recorded is recorded; the next one counts again.
      if (!isSnowmeltError(error)) throw error;
    }
  };
}
