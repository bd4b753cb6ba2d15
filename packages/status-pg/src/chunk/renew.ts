import type { Lease } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { leaseLost } from './lease-lost.ts';

/** A lease that ran out is still this worker's while nobody has taken the chunk. */
export async function renew(session: Session, lease: Lease, seconds: number): Promise<Lease> {
  const deadline = new Date(Date.now() + seconds * 1000);
  const { run, table, chunk, worker, generation } = lease;
  const rows = await session.rows(
    `UPDATE migration_status.migration_chunk_status
     SET lease_expires_at = now() + $6::float8 * interval '1 second'
     WHERE run_id = $1 AND table_key = $2 AND chunk_id = $3
       AND worker_id = $4 AND generation = $5 AND lease_expires_at IS NOT NULL
     RETURNING chunk_id`,
    [run, table, chunk.id, worker, generation, seconds],
  );
  if (rows.length === 0) throw leaseLost(lease);
  return { ...lease, deadline };
}
