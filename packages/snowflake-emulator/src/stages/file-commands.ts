/** LIST and REMOVE. https://docs.snowflake.com/en/sql-reference/sql/list and …/remove */

import type { StatementResult } from '../engine/contract.ts';
import { integerColumn, rowsResult, textColumn } from '../sql/statement-handler.ts';
import type { CommandContext } from './command-context.ts';
import type { FilesCommand } from './stage-command.ts';
import { patternMatcher, removeFiles, stageFiles } from './stage-files.ts';
import type { StageFile } from './stage-files.ts';
import type { OpenStage } from './stage-store.ts';

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
