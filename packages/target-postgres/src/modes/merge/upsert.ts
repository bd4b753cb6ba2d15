import { isSnowmeltError } from '@snowmelt/core';
import { sqlState } from '@snowmelt/pg-connection';

import { looseKeys } from '../../keys/loose-keys.ts';
import { forgetEarlierPlan } from '../../ledger/forget-chunks.ts';
import { overtake } from '../../ledger/overtake.ts';
import { columnsOf, targetOf } from '../shared/copy-load.ts';
import type { ChunkLoad, LoadRows, LoadWay, Mode } from '../shared/mode.ts';
import { checkKeys } from './check-keys.ts';
import { checkArbiter, checkIdentity } from './check-merge.ts';
import { mergeAgain, mergeRows } from './merge-rows.ts';
import { mergeAround } from './merge-around.ts';

/** Rows of keys that may meet are merged from the first one on: only merging sees that they do. */
const firstRows: LoadRows = async (request) => {
  const { session, table, copyInto } = request;
  const loose = await looseKeys(session, table);
  return loose.length === 0 ? copyInto(targetOf(table)) : mergeRows(request);
};

/** A key comes twice in the source, or somebody else has stored it meanwhile. */
const afterAll: LoadWay = { put: mergeRows, after: isDuplicateKey, event: 'chunk_merged' };

const load: ChunkLoad = {
  place: targetOf,
  fields: columnsOf,
  ways: ({ firstLoad }) =>
    firstLoad === true ? [{ put: firstRows }, afterAll] : [{ put: mergeRows }],
  rejects: { around: mergeAround, again: mergeAgain },
};

/** Also of COMMIT, where a deferred constraint speaks. */
function isDuplicateKey(error: unknown): boolean {
  return isSnowmeltError(error) && sqlState(error.cause) === '23505';
}

/** Rows whose key is there take the place of the old ones, the others are added. */
export const upsert: Mode = {
  privileges: ['SELECT', 'INSERT', 'UPDATE'],
  statements: ['INSERT', 'UPDATE'],
  checks: [checkKeys, checkArbiter, checkIdentity],
  checksOfNew: [checkKeys],
  prepare: {
    /** Rows of an earlier plan are found again by their key. */
    async clear(session, table, { again }) {
      if (again) await forgetEarlierPlan(session, table);
    },
    begin: overtake,
  },
  load,
};

/** Rows whose key is there are left as they are. */
export const insertOnly: Mode = {
  ...upsert,
  privileges: ['SELECT', 'INSERT'],
  checks: [checkKeys, checkArbiter],
};
