import { quoteIdentifier } from '../../quote-identifier.ts';
import type { LooseKey } from '../../keys/loose-keys.ts';
import { batchTable, winnersTable } from '../merge/batch-table.ts';
import { createWinnersSql, mergeWinnersSql, winnerNumber } from '../merge/merge-sql.ts';
import type { RowRefusal } from '../copy-error.ts';
import { noteSavepoint, type ChunkWork } from './chunk-work.ts';
import { blockLimits } from './cut-blocks.ts';
import { renderRow } from './render-row.ts';
import { whileSomeGoIn } from './self-reference.ts';
import { separate } from './separate.ts';
import { tryOut } from './try-out.ts';

interface RefusedWinner {
  readonly number: number;
  readonly why: RowRefusal;
}

/** Merges the rows of the batch that win, but for those that are refused alone. */
export async function mergeWinners(work: ChunkWork, loose: readonly LooseKey[]): Promise<void> {
  const { session, table, isOrphan } = work;
  const sql = mergeWinnersSql(table, loose);
  await session.query(createWinnersSql(table));
  const { rows } = await session.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM ${winnersTable}`,
  );
  const last = rows[0]?.count ?? 0;
  const orphans: RefusedWinner[] = [];
  for (let from = 1; from <= last; from += blockLimits.rows) {
    const numbers = range(from, Math.min(last + 1, from + blockLimits.rows));
    for (const refused of await mergeNumbers({ ...work, sql }, numbers, isOrphan)) {
      if (isOrphan(refused.why)) orphans.push(refused);
      else await putWinner(work, refused);
    }
  }
  const left = await whileSomeGoIn(orphans, (again) =>
    mergeNumbers(
      { ...work, sql },
      again.map(({ number }) => number),
    ),
  );
  for (const refused of left) await putWinner(work, refused);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

async function mergeNumbers(
  work: ChunkWork & { readonly sql: string },
  numbers: readonly number[],
  belongTogether: (why: RowRefusal) => boolean = () => false,
): Promise<readonly RefusedWinner[]> {
  const { session, table, sql } = work;
  const refused: RefusedWinner[] = [];
  await separate(
    {
      async attempt(from, to) {
        const why = await tryOut(session, table, async () => {
          await session.query(sql, [numbers.slice(from, to)]);
          await noteSavepoint(work);
          return undefined;
        });
        return why && { why };
      },
      belongTogether,
      async refused(from, to, why) {
        refused.push(...numbers.slice(from, to).map((number) => ({ number, why })));
      },
    },
    0,
    numbers.length,
  );
  return refused;
}

/** The row leaves the batch as well, which is asked later for rows that went missing. */
async function putWinner(work: ChunkWork, { number, why }: RefusedWinner): Promise<void> {
  const { session, table, quarantine } = work;
  const winner = `${winnersTable} AS winner WHERE ${winnerNumber(table)} = ${number}`;
  await quarantine.put({ rows: [await renderRow(session, table, winner)], why });
  const same = table.keyColumns.map(quoteIdentifier).map((key) => `batch.${key} = winner.${key}`);
  await session.query(
    `DELETE FROM ${batchTable} AS batch USING ${winner} AND ${same.join(' AND ')}`,
  );
}
