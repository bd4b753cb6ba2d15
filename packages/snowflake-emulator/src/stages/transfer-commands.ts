import type { FileTransfer, StatementResult } from '../engine/contract.ts';
import { integerColumn, rowsResult, textColumn } from '../sql/statement-handler.ts';
import type { CommandContext } from './command-context.ts';
import { unsupported } from './errors.ts';
import {
  booleanOption,
  checkNames,
  choiceOption,
  integerOption,
  textOption,
} from './option-list.ts';
import type { FilesCommand, TransferCommand } from './stage-command.ts';
import { patternMatcher, removeFiles, type StageFile, stageFiles } from './stage-files.ts';
import { encodePath, placeFile } from './stage-layout.ts';
import type { OpenStage } from './stage-store.ts';

/**
 * PUT and GET. The driver moves the files itself: the statement's result only tells it from where
 * and to where (the driver's `file_transfer_agent`), and the HTTP server does the wire part.
 */

/** The JDBC driver's SFStatementType.GET and PUT. */
const TYPE_IDS = { get: 0x7101, put: 0x7102 };

const COMPRESSIONS = [
  'AUTO_DETECT',
  'GZIP',
  'BZ2',
  'BROTLI',
  'ZSTD',
  'DEFLATE',
  'RAW_DEFLATE',
  'NONE',
] as const;

/** Uploads land in the path of the location, taken for a directory, under their own names. */
export async function putFiles(
  command: TransferCommand,
  { store, session }: CommandContext,
): Promise<StatementResult> {
  const { options, localPath } = command;
  checkNames(options, ['PARALLEL', 'AUTO_COMPRESS', 'SOURCE_COMPRESSION', 'OVERWRITE']);
  const stage = store.open(command.location, session);
  if (stage.external !== undefined) throw unsupported('PUT to an external stage');
  const path = withoutSlashAtEnd(command.location.path);
  // The directories are made here, so that a file whose name the path goes on from is moved aside.
  await placeFile(stage.path, path === '' ? 'any' : `${path}/any`);
  return transfer('put', {
    command: 'UPLOAD',
    localLocation: localPath,
    sourceLocations: [localPath],
    stageDirectory: path === '' ? stage.directory : `${stage.directory}/${encodePath(path)}`,
    autoCompress: booleanOption(options, 'AUTO_COMPRESS', true),
    overwrite: booleanOption(options, 'OVERWRITE', false),
    sourceCompression: (
      choiceOption(options, 'SOURCE_COMPRESSION', COMPRESSIONS) ?? 'AUTO_DETECT'
    ).toLowerCase(),
    parallel: integerOption(options, 'PARALLEL', 1) ?? 4,
  });
}

/** Downloads every file whose name starts with the location's path. */
export async function getFiles(
  command: TransferCommand,
  { store, session }: CommandContext,
): Promise<StatementResult> {
  checkNames(command.options, ['PARALLEL', 'PATTERN', 'OVERWRITE']);
  const stage = store.open(command.location, session);
  const matches = patternMatcher(textOption(command.options, 'PATTERN'));
  const files = await stageFiles(stage.path, command.location.path, matches);
  return transfer('get', {
    command: 'DOWNLOAD',
    localLocation: command.localPath,
    sourceLocations: files.map((file) => file.absolutePath.slice(stage.path.length + 1)),
    stageDirectory: stage.directory,
    autoCompress: false,
    // The client overwrites a local file, or leaves it, by this.
    overwrite: booleanOption(command.options, 'OVERWRITE', false),
    sourceCompression: 'none',
    parallel: integerOption(command.options, 'PARALLEL', 1) ?? 10,
  });
}

function transfer(kind: TransferCommand['kind'], files: FileTransfer): StatementResult {
  const names = kind === 'put' ? ['source', 'target', 'status'] : ['file', 'size', 'status'];
  return { ...rowsResult(names.map(textColumn), [], TYPE_IDS[kind]), transfer: files };
}

function withoutSlashAtEnd(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** LIST and REMOVE. https://docs.snowflake.com/en/sql-reference/sql/list and …/remove */

/**
 * `name` begins with the stage's name in lower case for a named stage; `last_modified` is an HTTP
 * date but for its day of one digit (`Tue, 4 Jul 2023 03:40:44 GMT`); `md5` is that of the stored bytes.
 */
export async function listFiles(
  command: FilesCommand,
  context: CommandContext,
): Promise<StatementResult> {
  const { stage, files } = await selectFiles(command, context);
  const columns = ['name', 'size', 'md5', 'last_modified'].map((name) =>
    name === 'size' ? integerColumn(name) : textColumn(name),
  );
  const rows: string[][] = [];
  for (const file of files) {
    const md5 = await context.store.md5(file, context.signal);
    const size = String(file.size);
    rows.push([stage.label + file.name, size, md5, lastModified(file.modified)]);
  }
  return rowsResult(columns, rows);
}

export async function removeCommand(
  command: FilesCommand,
  context: CommandContext,
): Promise<StatementResult> {
  const { stage, files } = await selectFiles(command, context);
  await removeFiles(files);
  return rowsResult(
    [textColumn('name'), textColumn('result')],
    files.map((file) => [stage.label + file.name, 'removed']),
  );
}

async function selectFiles(
  command: FilesCommand,
  { store, session }: CommandContext,
): Promise<{ stage: OpenStage; files: readonly StageFile[] }> {
  const stage = store.open(command.location, session);
  const matches = patternMatcher(command.pattern);
  const files = await stageFiles(stage.path, command.location.path, matches);
  return { stage, files };
}

function lastModified(date: Date): string {
  return date.toUTCString().replace(', 0', ', ');
}
