import type { RowRefusal } from '../../copy/copy-error.ts';
import { type Arbiter, arbiterOf } from '../../keys/arbiter.ts';
import { type KeyOperators, sameKeySql } from '../../keys/key-operators.ts';
import { meet } from '../../keys/meeting-keys.ts';
import { blockLimits, rowsOf } from '../../quarantine/block.ts';
import { type ChunkWork, copyRows, noteSavepoint, type Sent } from '../../quarantine/chunk-work.ts';
import { whileSomeGoIn } from '../../quarantine/self-reference.ts';
import { sendBlocks, separate, tryOut } from '../../quarantine/separate-block.ts';
import { is } from '../../sql/operators.ts';
import { batchTable, winnersTable } from '../../tables/batch-table.ts';
import {
  batchFields,
  createBatchSql,
  createWinnersSql,
  mergeSql,
  mergeWinnersSql,
  winnerNumber,
} from './merge-sql.ts';
import { refuseDroppedRows } from './refuse-rows.ts';
import { renderRow, takeNullKeys } from './take-null-keys.ts';

/**
 * Rows that no value fits are found on their way into the batch. Which row of a key counts is then
 * decided as ever, so that it is the same row; and only where the merge is refused, its rows are
 * merged in parts.
 */
export async function mergeAround(work: ChunkWork): Promise<Sent> {
  const { session, table } = work;
  const arbiter = await arbiterOf(session, table);
  const { loose, operators } = arbiter;
  await session.onTable(createBatchSql(table, loose));
  const sent = await fillBatch(work, batchFields(table, loose));
  if (!arbiter.findsNulls) await takeNullKeys(work);
  const met = await meet(session, table, arbiter);
  const { schema, name } = table.target;
  const refusal = await tryOut(session, table, async () => {
    await session.locking(`INSERT into ${schema}.${name}`, () =>
      session.onTable(mergeSql(table, loose)),
    );
    await noteSavepoint(work);
    return undefined;
  });
  if (refusal !== undefined) await mergeWinners(work, arbiter);
  if (arbiter.triggers)
    await refuseDroppedRows(session, table, { operators, xids: idsSql(work.xids) });
  return { ...sent, written: 'unknown', met };
}

function idsSql(xids: readonly string[]): string {
  return `ARRAY[${xids.map((xid) => `'${xid}'`).join(', ')}]::pg_catalog.xid[]`;
}

function fillBatch(work: ChunkWork, fields: readonly string[]): Promise<Sent> {
  return sendBlocks(work, (block, before) => ({
    put: (rows) => copyRows(work, batchTable, rows, fields),
    refused: (from, to, why) =>
      work.quarantine.put({ rows: rowsOf(block, from, to), why, number: before + from + 1 }),
  }));
}

interface RefusedWinner {
  readonly number: number;
  readonly why: RowRefusal;
}

/** Merges the rows of the batch that win, but for those that are refused alone. */
async function mergeWinners(work: ChunkWork, { loose, operators }: Arbiter): Promise<void> {
  const { session, table, isOrphan } = work;
  const sql = mergeWinnersSql(table, loose);
  await session.onTable(createWinnersSql(table));
  const { rows } = await session.onTable<{ count: number }>(
    `SELECT pg_catalog.count(*)::integer AS count FROM ${winnersTable}`,
  );
  const last = rows[0]?.count ?? 0;
  const orphans: RefusedWinner[] = [];
  for (let from = 1; from <= last; from += blockLimits.rows) {
    const numbers = range(from, Math.min(last + 1, from + blockLimits.rows));
    for (const refused of await mergeNumbers({ ...work, sql }, numbers, isOrphan)) {
      if (isOrphan(refused.why)) orphans.push(refused);
      else await putWinner(work, refused, operators);
    }
  }
  const left = await whileSomeGoIn(orphans, (again) =>
    mergeNumbers(
      { ...work, sql },
      again.map(({ number }) => number),
    ),
  );
  for (const refused of left) await putWinner(work, refused, operators);
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
          await session.onTable(sql, [numbers.slice(from, to)]);
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
async function putWinner(
  work: ChunkWork,
  { number, why }: RefusedWinner,
  operators: KeyOperators,
): Promise<void> {
  const { session, table, quarantine } = work;
  const winner = `${winnersTable} AS winner WHERE ${winnerNumber(table)} ${is} ${number}`;
  await quarantine.put({ rows: [await renderRow(session, table, winner)], why });
  const same = sameKeySql(table, operators, { a: 'batch', b: 'winner' });
  await session.onTable(`DELETE FROM ${batchTable} AS batch USING ${winner} AND ${same}`);
}
