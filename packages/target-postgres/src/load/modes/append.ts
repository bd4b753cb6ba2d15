import { quoteTable } from '../../sql/quote-identifier.ts';
import type { LoadRows } from './load-rows.ts';

/** Straight into the table. */
export const append: LoadRows = ({ table, copyInto }) => copyInto(quoteTable(table.target));
