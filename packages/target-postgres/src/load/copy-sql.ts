import type { ColumnPair } from '@snowmelt/core';

import { columnList } from './column-list.ts';

/** The defaults of CSV are the canonical form: comma, quote doubled, NULL is nothing. */
export function copySql(into: string, columns: readonly ColumnPair[]): string {
  return `COPY ${into} (${columnList({ columns })}) FROM STDIN (FORMAT csv)`;
}
