import { limitLocks } from '../connect/session-settings.ts';
import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { markPiece, type OwedPiece } from './owed-piece.ts';
import { restoreStep, type RestoreWork, type StepOutcome } from './restore-work.ts';

/**
 * What a bare CREATE INDEX lacks: its constraint, marks, statistics targets and comments. It wants
 * the table's strongest lock, though not for long, so it comes after all builds: a build that asked
 * for it would wait for the builds beside it, and they for it.
 */
export function finishIndex(work: RestoreWork, piece: OwedPiece): Promise<StepOutcome> {
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

export async function constraintIsThere(session: Session, piece: OwedPiece): Promise<boolean> {
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

export function commentOnConstraint(piece: OwedPiece): readonly string[] {
  if (piece.constraint_comment === null) return [];
  const table = quoteTable({ schema: piece.target_schema, name: piece.target_table });
  const name = quoteIdentifier(piece.name);
  return [`COMMENT ON CONSTRAINT ${name} ON ${table} IS ${quoteLiteral(piece.constraint_comment)}`];
}

/** COMMENT takes no bound value. Sessions have standard_conforming_strings on. */
function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
