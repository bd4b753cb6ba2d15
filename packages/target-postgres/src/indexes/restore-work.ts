import type { Finding, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { sqlState } from '@snowmelt/pg-connection';
import { transaction, type Session, type TransactionOptions } from '../connect/transaction.ts';
import { duplicatesSql, faultFinding, faultOf, indexFault } from './index-fault.ts';
import { claimPiece, markPiece, type OwedPiece } from './owed-piece.ts';

export interface RestoreWork {
  readonly databases: Databases;
  readonly options: Pick<TransactionOptions, 'database' | 'signal' | 'place' | 'log'>;
  readonly context: WorkContext;
}

/** What became of one step of a piece. */
export interface StepOutcome {
  readonly finding?: Finding;
}

/**
 * One step of one piece, in a transaction that holds the piece. What the rows do not allow is
 * written down and becomes a finding: the definition stays owed. All else throws.
 */
export async function restoreStep(
  work: RestoreWork,
  { id }: OwedPiece,
  step: (session: Session, piece: OwedPiece) => Promise<void>,
): Promise<StepOutcome> {
  const options = { ...work.options, purpose: 'plain', explain: indexFault } as const;
  try {
    await transaction(work.databases, options, async (session) => {
      const piece = await claimPiece(session, id);
      if (piece !== undefined) await step(session, piece);
    });
    return {};
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    return await transaction(work.databases, options, async (session) => {
      const piece = await claimPiece(session, id);
      if (piece === undefined) return {};
      await markPiece(session, id, 'failed', fault.message);
      const violated = sqlState(fault.cause) === '23505';
      const see = violated ? duplicatesSql(piece) : undefined;
      work.context.log.error('index_not_rebuilt', {
        schema: piece.target_schema,
        table: piece.target_table,
        index: piece.name,
        message: fault.message,
      });
      return { finding: faultFinding(piece, fault, see) };
    });
  }
}
