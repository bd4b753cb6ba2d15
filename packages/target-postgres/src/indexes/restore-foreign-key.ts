import { limitLocks } from '../connect/session-settings.ts';
import { transaction, type Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../quote-identifier.ts';
import { commentOnConstraint, constraintIsThere } from './finish-index.ts';
import { markPiece, type OwedPiece } from './owed-piece.ts';
import { restoreStep, type RestoreWork, type StepOutcome } from './restore-work.ts';

/**
 * Added without a look at the rows, then validated, in two transactions: the second one keeps no
 * writer away, and rows that violate it leave a foreign key that holds for new rows at least. One
 * that was NOT VALID before stays so.
 *
 * `run`: where this run is still loading the other table, the foreign key waits for the publish of
 * that table, which tries again whatever has failed.
 */
export async function restoreForeignKey(
  work: RestoreWork,
  piece: OwedPiece,
  run?: string,
): Promise<StepOutcome> {
  if (run !== undefined && (await waitsForOther(work, piece, run))) return {};
  const added = await restoreStep(work, piece, (session, current) => add(work, session, current));
  if (added.finding !== undefined) return added;
  return restoreStep(work, piece, (session, current) => validate(work, session, current));
}

async function add(work: RestoreWork, session: Session, piece: OwedPiece): Promise<void> {
  if (!(await constraintIsThere(session, piece))) {
    const table = quoteTable({ schema: piece.target_schema, name: piece.target_table });
    const name = quoteIdentifier(piece.name);
    const later = piece.validated ? ' NOT VALID' : '';
    const sql = `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${piece.definition}${later}`;
    await session.query(limitLocks(work.databases.lockTimeoutMs));
    await session.locking(`adding foreign key ${piece.name}`, () => session.query(sql));
    for (const comment of commentOnConstraint(piece)) await session.query(comment);
  }
  await markPiece(session, piece.id, piece.validated ? 'built' : 'rebuilt');
}

async function validate(work: RestoreWork, session: Session, piece: OwedPiece): Promise<void> {
  const table = quoteTable({ schema: piece.target_schema, name: piece.target_table });
  const sql = `ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoteIdentifier(piece.name)}`;
  await session.query(limitLocks(work.databases.lockTimeoutMs));
  await session.locking(`validating foreign key ${piece.name}`, () => session.query(sql));
  await markPiece(session, piece.id, 'rebuilt');
}

const loadingSql = `
SELECT 1 FROM snowmelt.table_ledger
WHERE run_id = $1 AND target_schema = $2 AND target_table = $3
  AND published_at IS NULL AND superseded_by IS NULL`;

async function waitsForOther(work: RestoreWork, piece: OwedPiece, run: string): Promise<boolean> {
  const options = { ...work.options, purpose: 'plain' } as const;
  const waits = await transaction(work.databases, options, async (session) => {
    const values = [run, piece.referenced_schema, piece.referenced_table];
    if ((await session.query(loadingSql, values)).rowCount === 0) return false;
    const other = `${piece.referenced_schema}.${piece.referenced_table}`;
    await markPiece(session, piece.id, 'failed', `waits for ${other}, which is being loaded`);
    return true;
  });
  if (waits) work.context.log.info('foreign_key_waits', { name: piece.name });
  return waits;
}
