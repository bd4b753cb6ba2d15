import { SnowmeltError, type RunId, type SnapshotPoint } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

/** The first snapshot point kept wins: whoever comes later reads at that one too. */
export async function keepSnapshot(
  session: Session,
  run: RunId,
  snapshot: SnapshotPoint,
): Promise<SnapshotPoint> {
  const [row] = await session.rows<{ snapshot: SnapshotPoint }>(
    `UPDATE migration_status.migration_runs SET snapshot = coalesce(snapshot, $2::json)
     WHERE run_id = $1 RETURNING snapshot`,
    [run, JSON.stringify(snapshot)],
  );
  if (row !== undefined) return row.snapshot;
  throw new SnowmeltError('RUN.NOT_FOUND', `There is no run ${run}`, { place: { run } });
}
