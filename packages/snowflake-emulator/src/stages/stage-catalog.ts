/** The stages and file formats that exist, by name. */

import type { QualifiedName } from '../sql/statement-handler.ts';
import type { OptionMap } from './option-list.ts';

/**
 * How an internal stage is encrypted ("CREATE STAGE", internal stage parameters). With
 * SNOWFLAKE_FULL, the default, the client encrypts too, so that a presigned URL gives cipher text.
 */
export type StageEncryption = 'SNOWFLAKE_FULL' | 'SNOWFLAKE_SSE';

/** Where an external stage's files are said to be, and by whose leave. */
export interface ExternalPlace {
  /** Ends with a slash. */
  readonly url: string;
  /** Without one the stage has credentials of its own, or needs none. */
  readonly integration?: string;
}

interface CatalogEntry {
  readonly name: QualifiedName;
  /** Set for a temporary object: it is seen by, and ends with, this session. */
  readonly sessionId: number | undefined;
  readonly createdOn: Date;
  readonly owner: string;
  readonly comment: string;
}

export interface NamedStage extends CatalogEntry {
  readonly encryption: StageEncryption;
  /** Set for an external stage. */
  readonly external?: ExternalPlace;
  /** FILE_FORMAT of the stage: the defaults of COPY statements that use it. */
  readonly fileFormat: OptionMap;
  readonly directoryTable: boolean;
  /** Relative to the stage root. Never used again by another stage. */
  readonly directory: string;
}

export interface NamedFormat extends CatalogEntry {
  readonly options: OptionMap;
}

/** Objects of one kind: a session's temporary ones hide the permanent ones of the same name. */
export class ObjectCatalog<T extends CatalogEntry> {
  readonly #entries = new Map<string, T>();

  find(name: QualifiedName, sessionId: number): T | undefined {
    return this.#entries.get(keyOf(name, sessionId)) ?? this.#entries.get(keyOf(name, undefined));
  }

  /** The one that CREATE would collide with: of the same life, temporary or permanent. */
  findSame(name: QualifiedName, sessionId: number | undefined): T | undefined {
    return this.#entries.get(keyOf(name, sessionId));
  }

  put(entry: T): void {
    this.#entries.set(keyOf(entry.name, entry.sessionId), entry);
  }

  delete(entry: T): void {
    this.#entries.delete(keyOf(entry.name, entry.sessionId));
  }

  /** What a session sees, in the order of names. */
  visible(sessionId: number): readonly T[] {
    return [...this.#entries.values()]
      .filter((entry) => this.find(entry.name, sessionId) === entry)
      .toSorted((a, b) => (displayName(a.name) < displayName(b.name) ? -1 : 1));
  }

  /** Those of a schema, or of a whole database, whoever sees them. */
  inside(container: { readonly database: string; readonly schema?: string }): readonly T[] {
    const { database, schema } = container;
    return [...this.#entries.values()].filter(
      ({ name }) => name.database === database && (schema === undefined || name.schema === schema),
    );
  }

  temporary(sessionId: number): readonly T[] {
    return [...this.#entries.values()].filter((entry) => entry.sessionId === sessionId);
  }
}

/** `DB.SCHEMA.NAME`, as messages show it. */
export function displayName(name: QualifiedName): string {
  return `${name.database}.${name.schema}.${name.name}`;
}

function keyOf(name: QualifiedName, sessionId: number | undefined): string {
  return JSON.stringify([sessionId ?? null, name.database, name.schema, name.name]);
}
