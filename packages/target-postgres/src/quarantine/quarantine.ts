import { type ChunkPlan, SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import type { RowRefusal } from '../copy/copy-error.ts';

/** Rows that stand one after the other in the chunk. */
export interface RefusedRows {
  /** Canonical CSV without the LFs. */
  readonly rows: readonly Buffer[];
  readonly why: RowRefusal;
  /** The number of the first one in the chunk, from 1, where it is known. */
  readonly number?: number;
}

/** The refused rows of one chunk, written in its transaction and counted against the limit. */
export class Quarantine {
  readonly #session: Session;
  readonly #table: TablePlan;
  readonly #chunk: ChunkPlan;
  /** Of the table's other chunks, as far as they are committed. */
  readonly #others: number;
  #rejected = 0;
  #first: RowRefusal | undefined;

  private constructor(session: Session, table: TablePlan, chunk: ChunkPlan, others: number) {
    this.#session = session;
    this.#table = table;
    this.#chunk = chunk;
    this.#others = others;
  }

  static async open(session: Session, table: TablePlan, chunk: ChunkPlan): Promise<Quarantine> {
    return new Quarantine(session, table, chunk, await countRejects(session, table));
  }

  get rejected(): number {
    return this.#rejected;
  }

  async put(refused: RefusedRows): Promise<void> {
    this.count(refused.rows.length, refused.why);
    await this.putAside(refused);
  }

  /** Rows that may find their place later in the chunk are not counted until that is known. */
  async putAside(refused: RefusedRows): Promise<void> {
    await insertRejects(this.#session, this.#table, this.#chunk, refused);
  }

  /** Throws where they are more than the table may have. */
  count(rows: number, why: RowRefusal): void {
    this.#first ??= why;
    this.#rejected += rows;
    const rejected = this.#others + this.#rejected;
    const limit = this.#table.rejects?.limit ?? 0;
    if (rejected <= limit) return;
    const { schema, name } = this.#table.target;
    const { message, reason = message, sqlState } = this.#first;
    throw new SnowmeltError(
      'TARGET.TOO_MANY_REJECTS',
      `PostgreSQL has refused ${rejected} rows of ${schema}.${name} so far, of at most ${limit}; ` +
        `the first of this chunk: ${reason} (SQLSTATE ${sqlState})`,
      { cause: new Error(reason) },
    );
  }
}

const countSql = `
SELECT coalesce(sum(rejected), 0)::text AS rejected FROM snowmelt.chunk_ledger
WHERE run_id = $1 AND table_key = $2`;

/** Of the table in this run, in chunks that are committed. */
async function countRejects(session: Session, { run, key }: TablePlan): Promise<number> {
  const { rows } = await session.query<{ rejected: string }>(countSql, [run, key]);
  return Number(rows[0]?.rejected);
}

const insertSql = `
INSERT INTO snowmelt.rejected_rows
  (run_id, table_key, chunk_id, row_in_chunk, row_text, sqlstate, message, column_name)
SELECT $1, $2, $3, $4 + position - 1, row_text, $6, $7, $8
FROM unnest($5::bytea[]) WITH ORDINALITY AS r (row_text, position) ORDER BY position`;

async function insertRejects(
  session: Session,
  { run, key }: TablePlan,
  chunk: ChunkPlan,
  { rows, why, number }: RefusedRows,
): Promise<void> {
  const values = [run, key, chunk.id, number ?? null, rows, ...reasonOf(why)];
  await session.query(insertSql, values);
}

const longestMessage = 8000;

/** A message may quote a value of megabytes; the row has it anyway. */
export function reasonOf({ sqlState, message, column }: RowRefusal): readonly unknown[] {
  const short =
    message.length <= longestMessage ? message : `${message.slice(0, longestMessage)} …`;
  return [sqlState, short, column ?? null];
}
