/**
 * COPY INTO a table: staged CSV files, all or nothing (ON_ERROR = ABORT_STATEMENT).
 * https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
 */

import type { StatementResult } from '../engine/contract.ts';
import type { QualifiedName, TargetColumn } from '../sql/statement-handler.ts';
import { integerColumn, rowsResult, textColumn } from '../sql/statement-handler.ts';
import type { CommandContext } from './command-context.ts';
import { remoteFileMissing, unsupported } from './errors.ts';
import { loadOptions } from './load-options.ts';
import type { LoadOptions } from './load-options.ts';
import { createLoadTable } from './load-table.ts';
import { displayName } from './stage-catalog.ts';
import type { LoadCommand } from './stage-command.ts';
import { patternMatcher, removeFiles, stageFiles } from './stage-files.ts';
import type { StageFile } from './stage-files.ts';
import type { OpenStage } from './stage-store.ts';

/** The JDBC driver's SFStatementType.COPY. */
const COPY_TYPE_ID = 0x3600;

interface FileOutcome {
  readonly file: StageFile;
  readonly rows: number;
}

export async function copyLoad(
  command: LoadCommand,
  context: CommandContext,
): Promise<StatementResult> {
  const { store, session } = context;
  const target = session.resolveName(command.table);
  const columns = targetColumns(session.targetColumns(target), command.columns);
  const stage = store.open(command.location, session);
  const options = loadOptions(command.options, stage.fileFormat, (given) =>
    store.expandFormat(given, session),
  );
  const files = await chosenFiles(command, stage, options);
  await refuseLoaded(target, files, { options, context });
  const outcomes = await loadFiles(files, { target, columns, options, context });
  for (const file of files) store.loaded.add(await loadKey(target, file, context));
  if (options.purge) await removeFiles(files);
  return loadResult(outcomes, stage);
}

function targetColumns(
  all: readonly TargetColumn[],
  names: readonly string[],
): readonly TargetColumn[] {
  if (names.length === 0) return all;
  return names.map((name) => {
    const column = all.find((candidate) => candidate.name === name);
    if (column === undefined) throw unsupported(`COPY INTO the unknown column ${name}`);
    return column;
  });
}

async function chosenFiles(
  command: LoadCommand,
  stage: OpenStage,
  options: LoadOptions,
): Promise<readonly StageFile[]> {
  const { path } = command.location;
  const matches = patternMatcher(options.pattern);
  if (options.files === undefined) {
    return stageFiles(stage.path, path, matches);
  }
  const all = await stageFiles(stage.path, path);
  return options.files.map((written) => {
    // A name of FILES goes on from the path exactly where the path stopped.
    const file = all.find((candidate) => candidate.name === path + written);
    if (file === undefined) throw remoteFileMissing(command.location.written + written);
    return file;
  });
}

/**
 * Snowflake skips a file that it has loaded into this table before; it knows when the table was
 * made anew, which isn't known here. So the second time must be said: FORCE = TRUE.
 */
async function refuseLoaded(
  target: QualifiedName,
  files: readonly StageFile[],
  { options, context }: { readonly options: LoadOptions; readonly context: CommandContext },
): Promise<void> {
  if (options.force) return;
  for (const file of files) {
    if (!context.store.loaded.has(await loadKey(target, file, context))) continue;
    throw unsupported(`skipping ${file.name}, loaded before (use FORCE = TRUE to load it again)`);
  }
}

async function loadKey(
  target: QualifiedName,
  file: StageFile,
  { store, signal }: CommandContext,
): Promise<string> {
  return JSON.stringify([displayName(target), file.absolutePath, await store.md5(file, signal)]);
}

interface Load {
  readonly target: QualifiedName;
  readonly columns: readonly TargetColumn[];
  readonly options: LoadOptions;
  readonly context: CommandContext;
}

async function loadFiles(
  files: readonly StageFile[],
  { target, columns, options, context }: Load,
): Promise<readonly FileOutcome[]> {
  const { session, request, signal } = context;
  const { connection } = session;
  await using table = await createLoadTable(connection, request.queryId, columns.length);
  const outcomes: FileOutcome[] = [];
  for (const file of files) {
    const rows = await table.append(file, options.format, signal);
    outcomes.push({ file, rows });
  }
  const formats = {
    binary: options.format.binaryFormat,
    ...(options.format.dateFormat === undefined ? {} : { date: options.format.dateFormat }),
    ...(options.format.timeFormat === undefined ? {} : { time: options.format.timeFormat }),
    ...(options.format.timestampFormat === undefined
      ? {}
      : { timestamp: options.format.timestampFormat }),
  };
  const list = columns.map((column, i) =>
    // A VARIANT column takes a field's text for JSON, where a cast would make a string of it.
    column.type.name === 'VARIANT'
      ? `sf_parse_json(${table.column(i)}, '')`
      : session.castText(table.column(i), column.type, formats),
  );
  const select = `SELECT ${list.join(', ')} FROM ${table.name}`;
  const names = columns.map((column) => column.name);
  if (files.length > 0) await session.insertSelect(target, names, select, signal);
  return outcomes;
}

function loadResult(outcomes: readonly FileOutcome[], stage: OpenStage): StatementResult {
  if (outcomes.length === 0) {
    const text = 'Copy executed with 0 files processed.';
    return rowsResult([textColumn('status')], [[text]], COPY_TYPE_ID);
  }
  const columns = [
    textColumn('file'),
    textColumn('status'),
    ...['rows_parsed', 'rows_loaded', 'error_limit', 'errors_seen'].map(integerColumn),
    textColumn('first_error'),
    integerColumn('first_error_line'),
    integerColumn('first_error_character'),
    textColumn('first_error_column_name'),
  ];
  const rows = outcomes.map(({ file, rows: count }) => {
    const loaded = String(count);
    const noError = [null, null, null, null];
    return [stage.label + file.name, 'LOADED', loaded, loaded, '1', '0', ...noError];
  });
  return rowsResult(columns, rows, COPY_TYPE_ID);
}
