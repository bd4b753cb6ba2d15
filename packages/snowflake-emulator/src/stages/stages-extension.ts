import type { StatementResult } from '../engine/contract.ts';
import type { EngineExtension, StatementHandler } from '../sql/statement-handler.ts';
import type { CommandContext } from './command-context.ts';
import { copyLoad } from './copy-load.ts';
import { copyUnload } from './copy-unload.ts';
import { syntaxError, unsupported } from './errors.ts';
import { alterObject, createIntegration, createObject, dropObject } from './object-commands.ts';
import { parseStageCommand } from './parse-stage-command.ts';
import { presignedUrl } from './presigned-url.ts';
import { describeObject, showObjects } from './show-commands.ts';
import type { StageCommand } from './stage-command.ts';
import { StageStore } from './stage-store.ts';
import { getFiles, listFiles, putFiles, removeCommand } from './transfer-commands.ts';

/** What the stages add to the SQL engine: statements, GET_PRESIGNED_URL, and the end of sessions. */

const KEYS = [
  ...['CREATE', 'ALTER', 'DROP', 'DESCRIBE', 'DESC'].flatMap((verb) => [
    `${verb} STAGE`,
    `${verb} FILE FORMAT`,
  ]),
  'CREATE STORAGE INTEGRATION',
  'SHOW STAGES',
  'SHOW TERSE STAGES',
  'SHOW FILE FORMATS',
  'COPY INTO',
  'LIST',
  'LS',
  'REMOVE',
  'RM',
  'PUT',
  'GET',
];

/** A new one for every engine: it holds the engine's stages. */
export function createStagesExtension(): EngineExtension {
  const store = new StageStore();
  const handler: StatementHandler = async (statement, session, request, signal) => {
    const command = parseStageCommand(statement.sql);
    if (command === undefined) throw syntaxError(1, 0, statement.kind);
    if (request.describeOnly === true) throw unsupported(`describing ${statement.kind}`);
    return run(command, { store, session, request, signal });
  };
  return {
    statements: new Map(KEYS.map((key) => [key, handler])),
    functions: new Map([
      ['GET_PRESIGNED_URL', (args, session) => presignedUrl(args, session, store)],
    ]),
    onContainerDrop: (container, { stageRoot }) => store.dropContainer(container, stageRoot),
    onSessionClose: (session) => store.endSession(session),
  };
}

async function run(command: StageCommand, context: CommandContext): Promise<StatementResult> {
  switch (command.kind) {
    case 'create':
      return createObject(command, context);
    case 'integration':
      return createIntegration(command, context);
    case 'alter':
      return alterObject(command, context);
    case 'drop':
      return dropObject(command, context);
    case 'describe':
      return describeObject(command, context);
    case 'show':
      return showObjects(command, context);
    case 'unload':
      return copyUnload(command, context);
    case 'load':
      return copyLoad(command, context);
    case 'list':
      return listFiles(command, context);
    case 'remove':
      return removeCommand(command, context);
    case 'put':
      return putFiles(command, context);
    case 'get':
      return getFiles(command, context);
  }
}
