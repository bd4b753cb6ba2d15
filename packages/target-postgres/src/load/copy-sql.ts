import type { TablePlan } from '@snowmelt/core';

import { columnList } from './column-list.ts';

/** The defaults of CSV are the canonical form: comma, quote doubled, NULL is nothing. */
export function copySql(into: string, table: TablePlan): string {
  return `COPY ${into} (${columnList(table)}) FROM STDIN (FORMAT csv)`;
}
