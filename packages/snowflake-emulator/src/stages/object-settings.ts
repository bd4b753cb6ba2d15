/** The options of CREATE STAGE and CREATE FILE FORMAT. */

import { invalidValue, unsupported } from './errors.ts';
import { csvFormat } from './file-format.ts';
import {
  booleanOption,
  checkNames,
  choiceOption,
  nestedOptions,
  textOption,
} from './option-list.ts';
import type { OptionMap } from './option-list.ts';
import type { StageEncryption } from './stage-catalog.ts';

export interface StageSettings {
  readonly encryption: StageEncryption;
  readonly fileFormat: OptionMap;
  readonly directoryTable: boolean;
  readonly comment: string;
}

export interface FormatSettings {
  readonly options: OptionMap;
  readonly comment: string;
}

const STAGE_NAMES = ['ENCRYPTION', 'FILE_FORMAT', 'DIRECTORY', 'COMMENT'];
/** What makes a stage external ("CREATE STAGE", external stage parameters). */
const EXTERNAL = [
  'URL',
  'STORAGE_INTEGRATION',
  'CREDENTIALS',
  'ENDPOINT',
  'USE_PRIVATELINK_ENDPOINT',
];

export function stageSettings(options: OptionMap): StageSettings {
  const external = EXTERNAL.find((name) => options.has(name));
  if (external !== undefined) throw unsupported(`external stages (${external})`);
  if (options.has('COPY_OPTIONS')) throw unsupported('COPY_OPTIONS of a stage');
  checkNames(options, STAGE_NAMES);
  return {
    encryption: encryptionOf(options),
    fileFormat: fileFormatOf(options),
    directoryTable: directoryOf(options),
    comment: textOption(options, 'COMMENT') ?? '',
  };
}

function encryptionOf(options: OptionMap): StageEncryption {
  const nested = nestedOptions(options, 'ENCRYPTION');
  if (nested === undefined) return 'SNOWFLAKE_FULL';
  checkNames(nested, ['TYPE']);
  return choiceOption(nested, 'TYPE', ['SNOWFLAKE_FULL', 'SNOWFLAKE_SSE']) ?? 'SNOWFLAKE_FULL';
}

/** `(TYPE = CSV …)`, `(FORMAT_NAME = …)`, or a format's name; checked here, expanded when used. */
function fileFormatOf(options: OptionMap): OptionMap {
  const value = options.get('FILE_FORMAT');
  if (value === undefined) return new Map();
  if (value.kind === 'string' || value.kind === 'word') return new Map([['FORMAT_NAME', value]]);
  const nested = nestedOptions(options, 'FILE_FORMAT') ?? new Map();
  if (!nested.has('FORMAT_NAME')) csvFormat(nested);
  else if (nested.size > 1) throw unsupported('FORMAT_NAME together with other format options');
  return nested;
}

/** DIRECTORY = (ENABLE = TRUE) is kept and shown; there is no directory table to query. */
function directoryOf(options: OptionMap): boolean {
  const nested = nestedOptions(options, 'DIRECTORY');
  if (nested === undefined) return false;
  checkNames(nested, ['ENABLE', 'AUTO_REFRESH', 'REFRESH_ON_CREATE']);
  return booleanOption(nested, 'ENABLE', false);
}

export function formatSettings(options: OptionMap): FormatSettings {
  if (options.has('FORMAT_NAME')) {
    throw invalidValue(textOption(options, 'FORMAT_NAME') ?? '', 'FORMAT_NAME');
  }
  csvFormat(options);
  const own = new Map([...options].filter(([name]) => name !== 'COMMENT'));
  return { options: own, comment: textOption(options, 'COMMENT') ?? '' };
}
