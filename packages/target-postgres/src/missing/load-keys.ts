import type { ChunkLoad } from '../modes/shared/mode.ts';
import { keyNames, quoteKeys } from '../tables/keys-table.ts';
import { refuseWithoutKeys } from './keys-ledger.ts';

/** Keys of the source; `publish` compares the target with them. */
export const loadKeys: ChunkLoad = {
  place: quoteKeys,
  fields: keyNames,
  refuseLate: refuseWithoutKeys,
  ways: () => [{ put: ({ table, copyInto }) => copyInto(quoteKeys(table)) }],
};
