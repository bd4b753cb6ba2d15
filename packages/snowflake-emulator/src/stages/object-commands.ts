/** CREATE, ALTER and DROP of stages and file formats. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { StatementResult } from '../engine/contract.ts';
import type { QualifiedName } from '../sql/statement-handler.ts';
import { rowsResult, textColumn } from '../sql/statement-handler.ts';
import type { CommandContext } from './command-context.ts';
import { checkStageCreation } from './account-policies.ts';
import { alreadyExists, doesNotExist } from './errors.ts';
import { formatSettings, stageSettings } from './object-settings.ts';
import type {
  AlterCommand,
  CreateCommand,
  DropCommand,
  IntegrationCommand,
  ObjectKind,
} from './stage-command.ts';
import type { NamedFormat, NamedStage } from './stage-catalog.ts';
import { displayName } from './stage-catalog.ts';

/** The JDBC driver's SFStatementType.DDL. */
const DDL_TYPE_ID = 0x6000;

export async function createObject(
  command: CreateCommand,
  context: CommandContext,
): Promise<StatementResult> {
  const { store, session } = context;
  const name = session.resolveName(command.name);
  session.checkPlace(name);
  const sessionId = command.temporary ? session.id : undefined;
  const word = command.object === 'STAGE' ? 'Stage area' : 'File format';
  const catalog = command.object === 'STAGE' ? store.stages : store.formats;
  const exists = catalog.findSame(name, sessionId) !== undefined;
  if (exists && command.ifNotExists) {
    return status(`${name.name} already exists, statement succeeded.`);
  }
  if (exists && !command.orReplace) throw alreadyExists(displayName(name));
  if (command.object === 'STAGE') await putStage(command, context, { name, sessionId });
  else putFormat(command, context, { name, sessionId });
  return status(`${word} ${name.name} successfully created.`);
}

interface NewObject {
  readonly name: QualifiedName;
  readonly sessionId: number | undefined;
}

async function putStage(
  command: CreateCommand,
  { store, session }: CommandContext,
  { name, sessionId }: NewObject,
): Promise<void> {
  const settings = stageSettings(command.options);
  const integration = settings.external?.integration;
  if (integration !== undefined && !store.integrations.has(integration))
    throw doesNotExist('Integration', integration);
  checkStageCreation(settings.external, session);
  const replaced = store.stages.findSame(name, sessionId);
  if (replaced !== undefined) await store.dropStage(replaced, session.engine.stageRoot);
  const directory = store.newDirectory(name.database, name.schema, name.name);
  await mkdir(join(session.engine.stageRoot, directory), { recursive: true });
  const entry = { name, sessionId, createdOn: new Date(), owner: session.user };
  store.stages.put({ ...entry, directory, ...settings });
}

function putFormat(
  command: CreateCommand,
  { store, session }: CommandContext,
  { name, sessionId }: NewObject,
): void {
  const settings = formatSettings(command.options);
  store.formats.put({ name, sessionId, createdOn: new Date(), owner: session.user, ...settings });
}

export function alterObject(command: AlterCommand, context: CommandContext): StatementResult {
  const { store, session } = context;
  const name = session.resolveName(command.name);
  if (command.object === 'STAGE') {
    const stage = store.stages.find(name, session.id);
    if (stage !== undefined) alterStage(command, stage, context);
    else if (!command.ifExists) throw missing('STAGE', name);
  } else {
    const format = store.formats.find(name, session.id);
    if (format !== undefined) alterFormat(command, format, context);
    else if (!command.ifExists) throw missing('FILE FORMAT', name);
  }
  return status('Statement executed successfully.');
}

function alterStage(command: AlterCommand, stage: NamedStage, context: CommandContext): void {
  const { store } = context;
  const name = newName(command, stage, context);
  const changed = command.set === undefined ? stage : { ...stage, ...changedStage(command, stage) };
  store.stages.delete(stage);
  store.stages.put({ ...changed, name });
}

/** What ALTER STAGE … SET changes; the encryption of a stage can't be changed. */
function changedStage(command: AlterCommand, stage: NamedStage): Partial<NamedStage> {
  const set = command.set ?? new Map();
  const settings = stageSettings(set);
  return {
    encryption: stage.encryption,
    fileFormat: set.has('FILE_FORMAT') ? settings.fileFormat : stage.fileFormat,
    comment: set.has('COMMENT') ? settings.comment : stage.comment,
    directoryTable: set.has('DIRECTORY') ? settings.directoryTable : stage.directoryTable,
  };
}

function alterFormat(command: AlterCommand, format: NamedFormat, context: CommandContext): void {
  const { store } = context;
  const name = newName(command, format, context);
  const settings = formatSettings(new Map([...format.options, ...(command.set ?? [])]));
  const comment = command.set?.has('COMMENT') === true ? settings.comment : format.comment;
  store.formats.delete(format);
  store.formats.put({ ...format, name, ...settings, comment });
}

function newName(
  command: AlterCommand,
  entry: NamedStage | NamedFormat,
  { store, session }: CommandContext,
): QualifiedName {
  if (command.renameTo === undefined) return entry.name;
  const name = session.resolveName(command.renameTo);
  const catalog = command.object === 'STAGE' ? store.stages : store.formats;
  if (catalog.findSame(name, entry.sessionId) !== undefined) throw alreadyExists(displayName(name));
  return name;
}

export async function dropObject(
  command: DropCommand,
  { store, session }: CommandContext,
): Promise<StatementResult> {
  const name = session.resolveName(command.name);
  const isStage = command.object === 'STAGE';
  const entry = (isStage ? store.stages : store.formats).find(name, session.id);
  if (entry === undefined) {
    if (!command.ifExists) throw missing(command.object, name);
    return status(`Drop statement executed successfully (${name.name} already dropped).`);
  }
  if ('directory' in entry) await store.dropStage(entry, session.engine.stageRoot);
  else store.formats.delete(entry);
  return status(`${name.name} successfully dropped.`);
}

/** CREATE STORAGE INTEGRATION: its properties say how to reach a cloud that is not there. */
export function createIntegration(
  { name, orReplace, ifNotExists }: IntegrationCommand,
  { store }: CommandContext,
): StatementResult {
  if (store.integrations.has(name)) {
    if (ifNotExists) return status(`${name} already exists, statement succeeded.`);
    if (!orReplace) throw alreadyExists(name);
  }
  store.integrations.add(name);
  return status(`Integration ${name} successfully created.`);
}

export function missing(object: ObjectKind, name: QualifiedName): Error {
  return doesNotExist(object === 'STAGE' ? 'Stage' : 'File format', displayName(name));
}

function status(text: string): StatementResult {
  return rowsResult([textColumn('status')], [[text]], DDL_TYPE_ID);
}
