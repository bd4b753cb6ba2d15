import { join } from 'node:path';

import type { ResultColumn, StatementResult } from '../engine/contract.ts';
import { integerColumn, rowsResult, textColumn } from '../sql/statement-handler.ts';
import { checkUnload } from './account-policies.ts';
import type { CommandContext } from './command-context.ts';
import { type Compression, compressionExtension } from './compression.ts';
import { filesAlreadyExist } from './errors.ts';
import type { UnloadCommand } from './stage-command.ts';
import { stageFiles } from './stage-files.ts';
import { placeFile } from './stage-layout.ts';
import type { OpenStage } from './stage-store.ts';
import { unloadOptions, type UnloadOptions } from './unload-options.ts';
import { unloadHeader, unloadRecords } from './unload-records.ts';
import { publishFile, type UnloadedFile, UnloadWriter } from './unload-writer.ts';

/**
 * COPY INTO a stage: the query's rows, streamed from DuckDB into compressed files.
 * https://docs.snowflake.com/en/sql-reference/sql/copy-into-location
 */

/** Writers side by side, as the eight threads of a small warehouse. */
const THREADS = 8;
/** The JDBC driver's SFStatementType.UNLOAD. */
const UNLOAD_TYPE_ID = 0x3700;

export async function copyUnload(
  command: UnloadCommand,
  context: CommandContext,
): Promise<StatementResult> {
  const { store, session, request, signal } = context;
  const stage = store.open(command.location, session);
  checkUnload(stage.external, session);
  const options = unloadOptions(command.options, stage.fileFormat, (given) =>
    store.expandFormat(given, session),
  );
  const query = await session.compileQuery(command.query, request);
  const naming = namingOf(command, options, request.queryId);
  await refuseExisting(command, stage, { naming, options });
  await using writer = new UnloadWriter({
    directory: join(session.engine.stageRoot, 'unloading', request.queryId),
    compression: naming.compression,
    maxFileSize: options.maxFileSize,
    single: options.single,
    header: options.header ? unloadHeader(query, options.format) : undefined,
    threads: THREADS,
    signal,
  });
  for await (const block of unloadRecords(query, options.format, context)) {
    await writer.write(block);
  }
  const files = await writer.finish();
  for (const file of files) {
    await publishFile(
      file,
      await placeFile(stage.path, unloadedName(naming, file.thread, file.part)),
    );
  }
  return options.detailedOutput ? detailedResult(files, naming) : summaryResult(files);
}

function namingOf(command: UnloadCommand, options: UnloadOptions, queryId: string): UnloadNaming {
  const { format, single, includeQueryId } = options;
  return {
    path: command.location.path,
    single,
    compression: format.compression === 'AUTO' ? 'GZIP' : format.compression,
    fileExtension: format.fileExtension,
    queryId: includeQueryId ? queryId : undefined,
  };
}

/**
 * Without OVERWRITE an unload is refused where a file already has a name that starts as its own
 * files' names do; a SINGLE unload minds its one name only.
 */
async function refuseExisting(
  command: UnloadCommand,
  stage: OpenStage,
  unload: { readonly naming: UnloadNaming; readonly options: UnloadOptions },
): Promise<void> {
  if (unload.options.overwrite) return;
  const prefix = unloadPrefix(unload.naming);
  const taken = await stageFiles(stage.path, prefix);
  if (unload.options.single ? taken.some((file) => file.name === prefix) : taken.length > 0) {
    throw filesAlreadyExist(command.location.written);
  }
}

/** Source: mlorek/frostlake, TransferResultTypesTest (measured on an account). */
function countColumn(name: string): ResultColumn {
  return { ...integerColumn(name), precision: 18 };
}

/** DETAILED_OUTPUT = TRUE: a row a file; its name is given relative to the location's path. */
function detailedResult(files: readonly UnloadedFile[], naming: UnloadNaming): StatementResult {
  const directory = naming.path.slice(0, naming.path.lastIndexOf('/') + 1);
  const columns = [textColumn('FILE_NAME'), countColumn('FILE_SIZE'), countColumn('ROW_COUNT')];
  const rows = files.map((file) => [
    unloadedName(naming, file.thread, file.part).slice(directory.length),
    String(file.bytesOut),
    String(file.rows),
  ]);
  return rowsResult(columns, rows, UNLOAD_TYPE_ID);
}

/** DETAILED_OUTPUT = FALSE: one row; `input_bytes` are the bytes before compression. */
function summaryResult(files: readonly UnloadedFile[]): StatementResult {
  const columns = ['rows_unloaded', 'input_bytes', 'output_bytes'].map(countColumn);
  const sum = (of: (file: UnloadedFile) => number): string =>
    String(files.reduce((total, file) => total + of(file), 0));
  const row = [sum((f) => f.rows), sum((f) => f.bytesIn), sum((f) => f.bytesOut)];
  return rowsResult(columns, [row], UNLOAD_TYPE_ID);
}

/** The names of unloaded files. */

interface UnloadNaming {
  /** The path of the unload's location. */
  readonly path: string;
  readonly single: boolean;
  readonly compression: Compression;
  readonly fileExtension: string | undefined;
  /** Set with INCLUDE_QUERY_ID. */
  readonly queryId: string | undefined;
}

/**
 * What every file's name of this unload starts with. A path that is empty or ends in a slash gets
 * `data`; any other path is the prefix itself ("COPY INTO <location>", `path`). INCLUDE_QUERY_ID
 * puts the statement's id after it.
 */
export function unloadPrefix(naming: UnloadNaming): string {
  const { path, queryId } = naming;
  const prefix = path === '' || path.endsWith('/') ? `${path}data` : path;
  return queryId === undefined || naming.single ? prefix : `${prefix}_${queryId}`;
}

/**
 * The name of one file: `data_0_<thread>_<n>.csv.gz`; with the query id `data_<id>_000_<thread>_
 * <n>.csv.gz`; a SINGLE file has the prefix alone, without any extension. The forms are those of
 * the examples in "COPY INTO <location>".
 */
export function unloadedName(naming: UnloadNaming, thread: number, part: number): string {
  const prefix = unloadPrefix(naming);
  if (naming.single) return prefix;
  const node = naming.queryId === undefined ? '0' : '000';
  const extension = naming.fileExtension ?? '.csv';
  return `${prefix}_${node}_${thread}_${part}${extension}${suffix(naming, extension)}`;
}

/** A FILE_EXTENSION that names its compression already isn't given it twice. */
function suffix(naming: UnloadNaming, extension: string): string {
  const compressed = compressionExtension(naming.compression);
  return extension.endsWith(compressed) ? '' : compressed;
}
