import type { PlanParts } from '@snowmelt/core';

import type { Bench } from '../fixtures.ts';

export interface StoredReject {
  readonly at: number | null;
  readonly row: string;
  readonly state: string;
  readonly column: string | null;
}

/** What stands in quarantine, in the order of rejection. */
export async function rejectsOf({ sql }: Bench, chunk?: string): Promise<readonly StoredReject[]> {
  const { rows } = await sql.query<StoredReject>(
    `SELECT row_in_chunk::int AS at, encode(row_text, 'escape') AS row, sqlstate AS state,
            column_name AS column
     FROM snowmelt.rejects WHERE $1::text IS NULL OR chunk_id = $1 ORDER BY id`,
    [chunk ?? null],
  );
  return rows;
}

export const quarantining: PlanParts = { rejects: { limit: 1000 } };

/** The rows of the table `t`, in the order of their ids. */
export async function storedRows({ sql }: Bench): Promise<readonly unknown[][]> {
  const query = { text: 'SELECT * FROM public.t ORDER BY 1, 2', rowMode: 'array' } as const;
  return (await sql.query<unknown[]>(query)).rows;
}
