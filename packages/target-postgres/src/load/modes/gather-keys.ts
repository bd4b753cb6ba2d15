import { quoteKeys } from '../../tables/keys-table.ts';
import type { LoadRows } from './load-rows.ts';

/** Keys of the source; `publish` compares the target with them. */
export const gatherKeys: LoadRows = ({ table, copyInto }) => copyInto(quoteKeys(table));
