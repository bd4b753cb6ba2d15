/** The options of CREATE STAGE and CREATE FILE FORMAT. */

import { invalidProperty, invalidValue, unsupported } from './errors.ts';
import { csvFormat } from './file-format.ts';
import {
  booleanOption,
  checkNames,
  choiceOption,
  nestedOptions,
  textOption,
} from './option-list.ts';
import type { OptionMap } from './option-list.ts';
import type { ExternalPlace, StageEncryption } from './stage-catalog.ts';

export interface StageSettings {
  readonly encryption: StageEncryption;
  readonly external?: ExternalPlace;
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
const EXTERNAL_NAMES = ['URL', 'STORAGE_INTEGRATION', 'CREDENTIALS', 'ENCRYPTION'];
const EXTERNAL_REFUSED = ['ENDPOINT', 'USE_PRIVATELINK_ENDPOINT', 'AWS_ACCESS_POINT_ARN'];

export function stageSettings(options: OptionMap): StageSettings {
  const refused = EXTERNAL_REFUSED.find((name) => options.has(name));
  if (refused !== undefined) throw unsupported(`external stages with ${refused}`);
  if (options.has('COPY_OPTIONS')) throw unsupported('COPY_OPTIONS of a stage');
  const external = externalPlace(options);
  const known = external === undefined ? STAGE_NAMES : [...STAGE_NAMES, ...EXTERNAL_NAMES];
  const unknown = [...options.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalidProperty(unknown, 'STAGE');
  return {
    encryption: external === undefined ? encryptionOf(options) : 'SNOWFLAKE_SSE',
    ...(external === undefined ? {} : { external }),
    fileFormat: fileFormatOf(options),
    directoryTable: directoryOf(options),
    comment: textOption(options, 'COMMENT') ?? '',
  };
}

/** The emulator is the cloud store too: an external stage's files lie beside those of internal ones. */
function externalPlace(options: OptionMap): ExternalPlace | undefined {
  const url = textOption(options, 'URL');
  if (url === undefined) {
    const stray = ['STORAGE_INTEGRATION', 'CREDENTIALS'].find((name) => options.has(name));
    if (stray !== undefined) throw invalidValue(stray, 'STAGE (it needs a URL)');
    return undefined;
  }
  if (!/^(?:s3|s3gov|s3china|gcs|azure):\/\//.test(url)) throw invalidValue(url, 'URL');
  const integration = textOption(options, 'STORAGE_INTEGRATION')?.toUpperCase();
  const place = { url: url.endsWith('/') ? url : `${url}/` };
  return integration === undefined ? place : { ...place, integration };
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
  if (!nested.has('FORMAT_NAME')) checkFormat(nested);
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

/** Formats of other types can be made, shown and dropped; reading or writing with them is refused. */
const OTHER_TYPES = ['JSON', 'AVRO', 'ORC', 'PARQUET', 'XML', 'CUSTOM'];

function checkFormat(options: OptionMap): void {
  const type = textOption(options, 'TYPE')?.toUpperCase() ?? 'CSV';
  if (!OTHER_TYPES.includes(type)) csvFormat(options);
  else if ([...options.keys()].some((name) => name !== 'TYPE' && name !== 'COMMENT'))
    throw unsupported(`options of a file format of TYPE = ${type}`);
}

export function formatSettings(options: OptionMap): FormatSettings {
  if (options.has('FORMAT_NAME')) {
    throw invalidValue(textOption(options, 'FORMAT_NAME') ?? '', 'FORMAT_NAME');
  }
  checkFormat(options);
  const own = new Map([...options].filter(([name]) => name !== 'COMMENT'));
  return { options: own, comment: textOption(options, 'COMMENT') ?? '' };
}
