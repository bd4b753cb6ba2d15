import { randomBytes } from 'node:crypto';
import { z } from 'zod';

import type { ChunkPlan, TablePlan, WorkContext } from '@snowmelt/core';

import { repeat } from '../connect/repeat.ts';
import { runLong } from '../result/long-statement.ts';
import { queryRows } from '../result/query-rows.ts';
import { resultRows, type NamedRows } from '../result/result-rows.ts';
import { readAnswer } from '../result/read-answer.ts';
import type { Sessions } from '../connect/session-pool.ts';
import { writeSpec } from '../plan/chunk-spec.ts';
import type { KeyRange } from '../plan/key-range.ts';
import { selectLines } from '../query/select-lines.ts';
import { copyInto } from './copy-into.ts';
import type { FileUrls } from './file-urls.ts';
import { attemptPlace, createStage, runPlace, runStage, type StagePlace } from './stage.ts';

const count = z.coerce.number().int().nonnegative();

/** Of DETAILED_OUTPUT = TRUE: one row a file, and none where there is no row to unload. */
const fileSchema = z.object({ file_name: z.string().min(1), file_size: count, row_count: count });

export type UnloadedFile = z.infer<typeof fileSchema>;

export interface UnloadRequest {
  readonly table: TablePlan;
  readonly chunk: ChunkPlan;
  readonly range: KeyRange;
  readonly fileBytes: number;
  readonly urls: FileUrls;
}

/**
 * Unloads a segment into files of its own directory and gives a load chunk for each. A repetition
 * writes to another directory and gives other ids: whatever an earlier attempt left is never read.
 */
export async function* extractFiles(
  pool: Sessions,
  request: UnloadRequest,
  context: WorkContext,
): AsyncGenerator<ChunkPlan> {
  const { table, chunk, urls } = request;
  if (runPlace(table).own) {
    await queryRows(pool, createStage(runStage(table.run, table.source)), context);
  }
  const { attempt, rows } = await unload(pool, request, context);
  const place = attemptPlace(table, chunk.id, attempt);
  const files = readFiles(rows);
  context.log.info('unloaded', {
    table: table.key,
    chunk: chunk.id,
    files: files.length,
    rows: files.reduce((sum, file) => sum + file.row_count, 0),
    bytes: files.reduce((sum, file) => sum + file.file_size, 0),
  });
  urls.expect(
    place.stage,
    files.map((file) => pathOf(place, file)),
  );
  for (const [index, file] of files.entries()) {
    yield loadChunk({ segment: chunk.id, attempt, index, place }, file);
  }
}

const attemptShape = z.object({ attempt: z.string() });

/** Into a directory of its own; an unload that an earlier process has begun is waited for, in its own. */
async function unload(
  pool: Sessions,
  { table, chunk, range, fileBytes }: UnloadRequest,
  context: WorkContext,
): Promise<{ readonly attempt: string; readonly rows: NamedRows }> {
  const note = { attempt: randomBytes(6).toString('hex') };
  const sql = copyInto(table, range, {
    place: attemptPlace(table, chunk.id, note.attempt),
    fileBytes,
  });
  const reads = `unload ${chunk.id}\n${selectLines(table, range)}`;
  return repeat(pool.tries, context, async () => {
    const { open, note: found } = await runLong(pool, { sql, reads, note }, context);
    const rows = await resultRows(open, context.signal);
    return { attempt: attemptShape.parse(found).attempt, rows };
  });
}

export function readFiles(rows: NamedRows): readonly UnloadedFile[] {
  const unloaded = readAnswer(z.array(fileSchema), rows, { about: 'the files of an unload' });
  // The same files in the same order, whatever the order of the threads that wrote them.
  return unloaded
    .filter((file) => file.row_count > 0)
    .sort((left, right) => (left.file_name < right.file_name ? -1 : 1));
}

interface FilePlace {
  readonly segment: string;
  readonly attempt: string;
  readonly index: number;
  readonly place: StagePlace;
}

/**
 * Whether FILE_NAME tells the path from the stage or from the location is not documented; its last
 * part is the file's name either way, and the directory is ours.
 */
function pathOf({ directory }: StagePlace, { file_name }: UnloadedFile): string {
  return `${directory}${file_name.slice(file_name.lastIndexOf('/') + 1)}`;
}

function loadChunk({ segment, attempt, index, place }: FilePlace, file: UnloadedFile): ChunkPlan {
  const path = pathOf(place, file);
  return {
    id: `${segment}/${attempt}/${String(index + 1).padStart(5, '0')}`,
    kind: 'load',
    range: { segment, file: path.slice(place.directory.length) },
    spec: writeSpec({ way: 'file', stage: place.stage, path }),
    expectedRows: file.row_count,
    expectedBytes: file.file_size,
  };
}
