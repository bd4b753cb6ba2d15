import type { Finding } from '@snowmelt/core';

import { limitLocks } from '../connect/session-settings.ts';
import { type Session, transaction } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { buildIndexes } from './build-indexes.ts';
import {
  markPiece,
  type OwedPiece,
  readFailedReferrers,
  readOwed,
  type TableName,
} from './owed-piece.ts';
import { restoreStep, type RestoreWork, type StepOutcome } from './restore-work.ts';

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

/**
 * Added without a look at the rows, then validated, in two transactions: the second one keeps no
 * writer away, and rows that violate it leave a foreign key that holds for new rows at least. One
 * that was NOT VALID before stays so.
 *
 * `run`: where this run is still loading the other table, the foreign key waits for the publish of
 * that table, which tries again whatever has failed.
 */
async function restoreForeignKey(
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
    await session.locking(`adding foreign key ${piece.name}`, () => session.onTable(sql));
    for (const comment of commentOnConstraint(piece)) await session.onTable(comment);
  }
  await markPiece(session, piece.id, piece.validated ? 'built' : 'rebuilt');
}

async function validate(work: RestoreWork, session: Session, piece: OwedPiece): Promise<void> {
  const table = quoteTable({ schema: piece.target_schema, name: piece.target_table });
  const sql = `ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoteIdentifier(piece.name)}`;
  await session.query(limitLocks(work.databases.lockTimeoutMs));
  await session.locking(`validating foreign key ${piece.name}`, () => session.onTable(sql));
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

/**
 * What a bare CREATE INDEX lacks: its constraint, marks, statistics targets and comments. It wants
 * the table's strongest lock, though not for long, so it comes after all builds: a build that asked
 * for it would wait for the builds beside it, and they for it.
 */
function finishIndex(work: RestoreWork, piece: OwedPiece): Promise<StepOutcome> {
  return restoreStep(work, piece, async (session, current) => {
    if (current.state !== 'built') return;
    await session.query(limitLocks(work.databases.lockTimeoutMs));
    const there = await constraintIsThere(session, current);
    await session.locking(`restoring ${current.name}`, async () => {
      for (const statement of statements(current, there)) await session.onTable(statement);
    });
    await markPiece(session, current.id, 'rebuilt');
  });
}

async function constraintIsThere(session: Session, piece: OwedPiece): Promise<boolean> {
  const sql = `
    SELECT 1 FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND k.conname = $3`;
  const values = [piece.target_schema, piece.target_table, piece.name];
  return (await session.query(sql, values)).rowCount !== 0;
}

const words = { unique: 'UNIQUE', primary_key: 'PRIMARY KEY' } as const;

function statements(piece: OwedPiece, constraintThere: boolean): readonly string[] {
  const schema = piece.target_schema;
  const table = quoteTable({ schema, name: piece.target_table });
  const index = quoteTable({ schema, name: piece.name });
  const name = quoteIdentifier(piece.name);
  const word = piece.kind === 'unique' || piece.kind === 'primary_key' ? words[piece.kind] : '';
  const adds = word !== '' && !constraintThere;
  return [
    ...(adds
      ? [
          `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${word} USING INDEX ${name} ${piece.deferral}`,
        ]
      : []),
    ...(piece.clustered ? [`ALTER TABLE ${table} CLUSTER ON ${name}`] : []),
    ...(piece.replica_identity
      ? [`ALTER TABLE ${table} REPLICA IDENTITY USING INDEX ${name}`]
      : []),
    ...piece.statistics.map(
      ({ column, target }) =>
        `ALTER INDEX ${index} ALTER COLUMN ${column} SET STATISTICS ${target}`,
    ),
    ...(piece.index_comment === null
      ? []
      : [`COMMENT ON INDEX ${index} IS ${quoteLiteral(piece.index_comment)}`]),
    ...(word === '' ? [] : commentOnConstraint(piece)),
  ];
}

function commentOnConstraint(piece: OwedPiece): readonly string[] {
  if (piece.constraint_comment === null) return [];
  const table = quoteTable({ schema: piece.target_schema, name: piece.target_table });
  const name = quoteIdentifier(piece.name);
  return [`COMMENT ON CONSTRAINT ${name} ON ${table} IS ${quoteLiteral(piece.constraint_comment)}`];
}

/** COMMENT takes no bound value. Sessions have standard_conforming_strings on. */
function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
