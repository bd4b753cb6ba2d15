import {
  leftOutNote,
  SnowmeltError,
  type JsonObject,
  type RunId,
  type TableEvent,
  type TableKey,
} from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { assertClaim, type Claim } from '../claim/claim.ts';
import { countTables } from './count-tables.ts';
import { storable, storableJson } from './storable.ts';

/**
 * Each event may be repeated. Run it in a transaction: an end is written with its counts. With a
 * claim, only while the claim is the run's last one.
 */
export async function recordTable(
  session: Session,
  at: { run: RunId; table: TableKey },
  event: TableEvent,
  claim?: Claim,
): Promise<void> {
  if (claim !== undefined) await assertClaim(session, claim);
  const [assignments, values] = changes(event);
  const rows = await session.rows(
    `UPDATE migration_status.migration_table_status SET ${assignments}
     WHERE run_id = $1 AND table_key = $2 RETURNING run_id`,
    [at.run, at.table, ...values],
  );
  if (rows.length === 0) throw noSuchTable(at);
  if (event.type === 'restarted') await dropChunks(session, at);
  const ended = ['completed', 'failed', 'restarted'].includes(event.type);
  if (ended) await countTables(session, at.run, at.table);
}

async function dropChunks(
  session: Session,
  { run, table }: { run: RunId; table: TableKey },
): Promise<void> {
  await session.rows(
    'DELETE FROM migration_status.migration_chunk_status WHERE run_id = $1 AND table_key = $2',
    [run, table],
  );
}

function changes(event: TableEvent): readonly [assignments: string, values: readonly unknown[]] {
  switch (event.type) {
    case 'planned':
      return [
        `plan = $3::json, gate = NULL, status = 'in_progress', started_at = coalesce(started_at, now()),
         completed_at = NULL, error_message = NULL`,
        [JSON.stringify(event.plan)],
      ];
    case 'restarted':
      return [
        `plan = NULL, planned = false, gate = NULL, status = 'pending', started_at = NULL,
         source_statements = '{}'`,
        [],
      ];
    case 'chunked':
      return ['planned = true', []];
    case 'opened':
      return ['gate = $3::uuid', [event.gate]];
    case 'indexes_disabled':
      return ['indexes_disabled = true, indexes_restored = false', []];
    case 'indexes_restored':
      return ['indexes_restored = indexes_disabled', []];
    case 'completed':
      return [
        `status = 'completed', gate = NULL, completed_at = now(), error_message = $3,
         metadata = coalesce(metadata, '{}') || $4::jsonb`,
        [leftOutNote(event) ?? null, storableJson(metadataOf(event))],
      ];
    case 'failed':
      return [
        `status = 'failed', gate = NULL, completed_at = now(), error_message = $3,
         metadata = coalesce(metadata, '{}') || $4::jsonb`,
        [storable(event.error), storableJson({ fix: event.fix ?? null })],
      ];
  }
}

type Completed = Extract<TableEvent, { type: 'completed' }>;

/** What was left out of the table, how it was compared, and what `delete_missing` did. */
function metadataOf({ rejected = 0, met = 0, ...rest }: Completed): JsonObject {
  const { missing, merged, verification } = rest;
  const compared = verification === undefined ? null : { ...verification };
  const split = merged === undefined ? null : { ...merged };
  const left = { rejected_rows: rejected, keys_met: met, merged: split, verification: compared };
  if (missing === undefined) return left;
  const { how, rows, restored } = missing;
  return how === 'hard'
    ? { ...left, rows_deleted: rows }
    : { ...left, rows_marked: rows, rows_restored: restored };
}

export function noSuchTable({ run, table }: { run: RunId; table: TableKey }): SnowmeltError {
  const message = `Run ${run} has no table ${table}`;
  return new SnowmeltError('RUN.NOT_FOUND', message, { place: { run, table } });
}
