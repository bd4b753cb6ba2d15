import type { RunId, WorkerId } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

export interface Use {
  readonly activeSeconds: number;
  readonly credits: number;
}

/** Each owner's own figures stand in place of its last ones, so that a repetition adds nothing. */
export async function spend(
  session: Session,
  run: RunId,
  owner: WorkerId,
  { activeSeconds, credits }: Use,
): Promise<number> {
  const [row] = await session.rows<{ credits: number }>(
    `UPDATE migration_status.migration_runs
     SET metadata = coalesce(metadata, '{}') || jsonb_build_object('spent',
       coalesce(metadata -> 'spent', '{}') || jsonb_build_object($2::text,
         jsonb_build_object('active_seconds', $3::float8, 'credits', $4::float8)))
     WHERE run_id = $1
     RETURNING (SELECT sum((value ->> 'credits')::float8)
       FROM jsonb_each(metadata -> 'spent'))::float8 AS credits`,
    [run, owner, activeSeconds, credits],
  );
  return row?.credits ?? credits;
}
