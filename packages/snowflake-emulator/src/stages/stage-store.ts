/** The state behind the stage commands of one engine: what exists, and where its files lie. */

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { EngineSession } from '../sql/statement-handler.ts';
import { doesNotExist } from './errors.ts';
import type { OptionMap } from './option-list.ts';
import { checkStageOperation } from './account-policies.ts';
import type { ExternalPlace, NamedFormat, NamedStage, StageEncryption } from './stage-catalog.ts';
import { displayName, ObjectCatalog } from './stage-catalog.ts';
import { fileMd5 } from './stage-files.ts';
import type { StageFile } from './stage-files.ts';
import { encodeSegment } from './stage-layout.ts';
import type { StageReference } from './stage-reference.ts';

/** A stage of any kind, found. */
export interface OpenStage {
  /** What LIST puts before a file's name: `mystage/` for a named stage, '' for the others. */
  readonly label: string;
  readonly encryption: StageEncryption;
  readonly external?: ExternalPlace;
  readonly fileFormat: OptionMap;
  /** Relative to the stage root. */
  readonly directory: string;
  /** Absolute. */
  readonly path: string;
}

export class StageStore {
  readonly stages = new ObjectCatalog<NamedStage>();
  readonly formats = new ObjectCatalog<NamedFormat>();
  /** Storage integrations, by name: nothing is known of them but that they are there. */
  readonly integrations = new Set<string>();
  /** Files loaded by COPY INTO a table, by table; see `copy-load.ts`. */
  readonly loaded = new Set<string>();
  readonly #md5 = new Map<string, { readonly key: string; readonly md5: string }>();

  /** A directory name that no stage of this store had before. */
  newDirectory(database: string, schema: string, name: string): string {
    const parts = ['named', database, schema, name].map(encodeSegment);
    return `${parts.join('/')}/${randomBytes(8).toString('hex')}`;
  }

  /** Finds the stage of a reference, or throws 002003. */
  open(reference: StageReference, session: EngineSession): OpenStage {
    if (reference.kind === 'user') return this.#implicit(session, ['user', session.user]);
    const name = session.resolveName(reference.name);
    if (reference.kind === 'table') {
      session.targetColumns(name);
      return this.#implicit(session, ['table', name.database, name.schema, name.name]);
    }
    const stage = this.stages.find(name, session.id);
    if (stage === undefined) throw doesNotExist('Stage', displayName(name));
    const { external } = stage;
    checkStageOperation(external, session);
    return {
      // An external stage's files have their whole URL (sql/list).
      label: external?.url ?? `${stage.name.name.toLowerCase()}/`,
      ...(external === undefined ? {} : { external }),
      encryption: stage.encryption,
      fileFormat: this.#stageFormat(stage, session),
      directory: stage.directory,
      path: join(session.engine.stageRoot, stage.directory),
    };
  }

  /** MD5 of a staged file, hex; computed once a version of the file. */
  async md5(file: StageFile, signal: AbortSignal): Promise<string> {
    const key = `${file.size} ${file.modified.getTime()}`;
    const known = this.#md5.get(file.absolutePath);
    if (known?.key === key) return known.md5;
    const md5 = await fileMd5(file, signal);
    this.#md5.set(file.absolutePath, { key, md5 });
    return md5;
  }

  async dropStage(stage: NamedStage, stageRoot: string): Promise<void> {
    this.stages.delete(stage);
    await rm(join(stageRoot, stage.directory), { recursive: true, force: true });
  }

  /** What a dropped schema or database held goes with it, files and all. */
  async dropContainer(
    container: { readonly database: string; readonly schema?: string },
    stageRoot: string,
  ): Promise<void> {
    for (const stage of this.stages.inside(container)) await this.dropStage(stage, stageRoot);
    for (const format of this.formats.inside(container)) this.formats.delete(format);
    const { database, schema } = container;
    const parts = ['table', database, ...(schema === undefined ? [] : [schema])].map(encodeSegment);
    await rm(join(stageRoot, ...parts), { recursive: true, force: true });
  }

  /** Temporary stages and formats end with their session. */
  async endSession(session: EngineSession): Promise<void> {
    for (const stage of this.stages.temporary(session.id)) {
      await this.dropStage(stage, session.engine.stageRoot);
    }
    for (const format of this.formats.temporary(session.id)) this.formats.delete(format);
  }

  /** Options with FORMAT_NAME replaced by what the named format says. */
  expandFormat(options: OptionMap, session: EngineSession): OptionMap {
    const named = options.get('FORMAT_NAME');
    if (named === undefined || (named.kind !== 'string' && named.kind !== 'word')) return options;
    const name = session.resolveName(session.parseName(named.text));
    const format = this.formats.find(name, session.id);
    if (format === undefined) throw doesNotExist('File format', displayName(name));
    return format.options;
  }

  #stageFormat(stage: NamedStage, session: EngineSession): OptionMap {
    return this.expandFormat(stage.fileFormat, session);
  }

  /** The stages that nobody creates: a user's, a table's. Both are encrypted on the client. */
  #implicit(session: EngineSession, parts: readonly string[]): OpenStage {
    const directory = parts.map(encodeSegment).join('/');
    const path = join(session.engine.stageRoot, directory);
    return { label: '', encryption: 'SNOWFLAKE_FULL', fileFormat: new Map(), directory, path };
  }
}
