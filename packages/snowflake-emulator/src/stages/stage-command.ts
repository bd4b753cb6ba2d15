/** What the stage commands say, parsed: the shapes between `parse-*.ts` and the handlers. */

import type { OptionMap } from './option-list.ts';
import type { StageReference } from './stage-reference.ts';

/** One to three parts, outermost first. */
export type NameParts = readonly string[];

export type ObjectKind = 'STAGE' | 'FILE FORMAT';

export interface CreateCommand {
  readonly kind: 'create';
  readonly object: ObjectKind;
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly name: NameParts;
  readonly options: OptionMap;
}

export interface IntegrationCommand {
  readonly kind: 'integration';
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: string;
}

export interface AlterCommand {
  readonly kind: 'alter';
  readonly object: ObjectKind;
  readonly ifExists: boolean;
  readonly name: NameParts;
  readonly renameTo?: NameParts;
  readonly set?: OptionMap;
}

export interface DropCommand {
  readonly kind: 'drop';
  readonly object: ObjectKind;
  readonly ifExists: boolean;
  readonly name: NameParts;
}

export interface DescribeCommand {
  readonly kind: 'describe';
  readonly object: ObjectKind;
  readonly name: NameParts;
}

export interface ShowCommand {
  readonly kind: 'show';
  readonly object: ObjectKind;
  readonly like?: string;
  /** `account`, or the parts of a database or schema name; undefined is the session's own. */
  readonly scope?: 'account' | NameParts;
}

export interface UnloadCommand {
  readonly kind: 'unload';
  readonly location: StageReference;
  /** The query as it was written, or `SELECT * FROM` the table. */
  readonly query: string;
  readonly options: OptionMap;
}

export interface LoadCommand {
  readonly kind: 'load';
  readonly table: NameParts;
  readonly columns: readonly string[];
  readonly location: StageReference;
  readonly options: OptionMap;
}

export interface FilesCommand {
  readonly kind: 'list' | 'remove';
  readonly location: StageReference;
  readonly pattern?: string;
}

export interface TransferCommand {
  readonly kind: 'put' | 'get';
  /** The local path, without `file://`. */
  readonly localPath: string;
  readonly location: StageReference;
  readonly options: OptionMap;
}

export type StageCommand =
  | CreateCommand
  | AlterCommand
  | IntegrationCommand
  | DropCommand
  | DescribeCommand
  | ShowCommand
  | UnloadCommand
  | LoadCommand
  | FilesCommand
  | TransferCommand;
