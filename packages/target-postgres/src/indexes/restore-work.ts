import { type Finding, isSnowmeltError, SnowmeltError, type WorkContext } from '@snowmelt/core';
import { isServerError, serverMessage, sqlState } from '@snowmelt/pg-connection';

import type { Databases } from '../connect/databases.ts';
import { type Session, transaction, type TransactionOptions } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
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
  { id, name }: OwedPiece,
  step: (session: Session, piece: OwedPiece) => Promise<void>,
): Promise<StepOutcome> {
  const options = { ...work.options, purpose: 'plain', explain: indexFault } as const;
  try {
    await transaction(work.databases, options, async (session) => {
      const piece = await claimPiece(session, id);
      if (piece !== undefined) await step(session, piece);
    });
    work.context.stepDone?.(name);
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

/**
 * SQLSTATE classes that say that the rows, or the table as it is now, do not allow an index: data,
 * constraints, limits, syntax and missing objects, unsupported, what functions in an expression
 * raise. Anything else is about the server, and the same command again may succeed.
 */
const faultClasses = new Set(['0A', '22', '23', '2F', '38', '39', '42', '54', '55', 'P0']);
/** Locks, and rights that are missing now. */
const notFaults = new Set(['42501', '55P03', '55006']);

/** For `TransactionOptions.explain`: such an error becomes `TARGET.INDEX_NOT_REBUILT`. */
function indexFault(error: unknown): unknown {
  if (!isServerError(error) || notFaults.has(error.code)) return error;
  if (!faultClasses.has(error.code.slice(0, 2))) return error;
  const message = `${serverMessage(error)} (SQLSTATE ${error.code})`;
  return new SnowmeltError('TARGET.INDEX_NOT_REBUILT', message, { cause: error });
}

/** The fault, or nothing where the error is another one. */
function faultOf(error: unknown): SnowmeltError | undefined {
  return isSnowmeltError(error) && error.code === 'TARGET.INDEX_NOT_REBUILT' ? error : undefined;
}

const kinds: Readonly<Record<OwedPiece['kind'], string>> = {
  index: 'index',
  unique: 'unique constraint',
  primary_key: 'primary key',
  foreign_key: 'foreign key',
};

/** What a person reads of it. `see`: a query that shows the rows that are in the way. */
function faultFinding(piece: OwedPiece, fault: SnowmeltError, see?: string): Finding {
  const table = `${piece.target_schema}.${piece.target_table}`;
  return {
    code: fault.code,
    severity: 'error',
    message: `${kinds[piece.kind]} ${piece.name} of ${table} is not back: ${fault.message}`,
    fix:
      `Mend the rows${see === undefined ? '' : `, which this shows: ${see};`} and run ` +
      '`snowmelt repair`; the definition is kept in ' +
      `snowmelt.index_ledger, id ${piece.id}. Delete that row if it is not wanted any more.`,
  };
}

/**
 * Shows the keys that a unique index refuses, and how many rows each has. It is told and not run:
 * keys are data, and a finding goes to logs and screens (P7).
 */
function duplicatesSql(piece: OwedPiece): string {
  const keys = piece.key_expressions.map((key) => `(${key})`);
  const conditions = [
    ...(piece.predicate === null ? [] : [`(${piece.predicate})`]),
    ...(piece.nulls_equal ? [] : keys.map((key) => `${key} IS NOT NULL`)),
  ];
  const positions = keys.map((_, index) => index + 1).join(', ');
  const table = quoteTable({ schema: piece.target_schema, name: piece.target_table });
  return [
    `SELECT ${keys.join(', ')}, count(*) FROM ONLY ${table}`,
    ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`]),
    `GROUP BY ${positions} HAVING count(*) > 1`,
  ].join(' ');
}
