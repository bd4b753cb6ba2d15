import type { TablePlan } from '@snowmelt/core';

import { renderColumn } from './render-column.ts';
import { joinFields, renderLine } from './render-line.ts';

/**
 * SQL of a change's line: `I` and the row, or `D` and the key alone. Of an update both sides come
 * (METADATA$ISUPDATE), the old row as DELETE and the new one as INSERT, so that a changed key needs
 * no care. Source: docs.snowflake.com/en/user-guide/streams-intro, "Stream columns".
 */
export function renderChange({ columns, keyColumns }: TablePlan): string {
  const keys = new Set(keyColumns);
  const gone = columns.map((pair) => (keys.has(pair.target) ? renderColumn(pair) : `''`));
  return `CASE WHEN METADATA$ACTION = 'INSERT' THEN 'I,' || ${renderLine(columns)}
ELSE 'D,' || ${joinFields(gone)} END`;
}
