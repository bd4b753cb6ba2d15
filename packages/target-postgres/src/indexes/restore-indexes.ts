import type { Finding } from '@snowmelt/core';

import { transaction } from '../connect/transaction.ts';
import { buildIndexes } from './build-indexes.ts';
import { finishIndex } from './finish-index.ts';
import { readFailedReferrers, readOwed, type OwedPiece, type TableName } from './owed-piece.ts';
import { restoreForeignKey } from './restore-foreign-key.ts';
import type { RestoreWork, StepOutcome } from './restore-work.ts';

export interface Restored {
  /** Names of what was owed before; those that are not back have a finding. */
  readonly owed: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * P5: gives a table back what the ledger owes it, whichever run took it. Each piece is marked in
 * the transaction that restores it, so that a stop anywhere leaves only the rest to do.
 */
export async function restoreIndexes(
  work: RestoreWork,
  table: TableName,
  run?: string,
): Promise<Restored> {
  const options = { ...work.options, purpose: 'plain' } as const;
  const { owed, referrers } = await transaction(work.databases, options, async (session) => ({
    owed: await readOwed(session, table),
    referrers: await readFailedReferrers(session, table),
  }));
  const indexes = owed.filter(({ kind }) => kind !== 'foreign_key');
  const foreignKeys = [...owed.filter(({ kind }) => kind === 'foreign_key'), ...referrers];
  const outcomes = [
    ...(indexes.length === 0 ? [] : await buildIndexes(work, indexes)),
    ...(await inTurn(indexes, (piece) => finishIndex(work, piece))),
    ...(await inTurn(foreignKeys, (piece) => restoreForeignKey(work, piece, run))),
  ];
  const findings = outcomes.flatMap(({ finding }) => (finding === undefined ? [] : [finding]));
  return { owed: [...owed, ...referrers].map(({ name }) => name), findings };
}

async function inTurn(
  pieces: readonly OwedPiece[],
  step: (piece: OwedPiece) => Promise<StepOutcome>,
): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const piece of pieces) outcomes.push(await step(piece));
  return outcomes;
}
