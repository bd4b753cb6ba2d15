import type { KeptPast, TableSchema } from '@snowmelt/core';

import { quoteTable } from '../sql/quote.ts';
import { readFacts } from './objects.ts';

/**
 * Of a table whose retention the catalog tells. A longer one also holds for the past that is still
 * there, and more than a day takes Enterprise Edition
 * (docs.snowflake.com/en/user-guide/data-time-travel, "Changing the Data Retention Period").
 */
export function keptPast(schema: TableSchema): KeptPast | undefined {
  const { standard, retention } = readFacts(schema);
  if (!standard || retention === undefined || retention === 0) return undefined;
  const days = Math.min(90, retention + 7);
  return {
    hours: retention * 24,
    lengthen: `ALTER TABLE ${quoteTable(schema.ref)} SET DATA_RETENTION_TIME_IN_DAYS = ${days};`,
  };
}
