/** The options of COPY INTO <location>. */

import { invalidParameter, invalidValue, unsupported } from './errors.ts';
import { csvFormat } from './file-format.ts';
import type { CsvFormat } from './file-format.ts';
import {
  booleanOption,
  checkNames,
  integerOption,
  nestedOptions,
  showValue,
} from './option-list.ts';
import type { OptionMap } from './option-list.ts';

export interface UnloadOptions {
  readonly format: CsvFormat;
  /** Bytes after compression, approximate. */
  readonly maxFileSize: number;
  readonly single: boolean;
  readonly overwrite: boolean;
  readonly includeQueryId: boolean;
  readonly detailedOutput: boolean;
  readonly header: boolean;
}

/** 16 MB: "COPY INTO <location>", MAX_FILE_SIZE. */
const DEFAULT_MAX_FILE_SIZE = 16_777_216;
const LARGEST_MAX_FILE_SIZE = 5 * 2 ** 30;

const NAMES = [
  'FILE_FORMAT',
  'MAX_FILE_SIZE',
  'SINGLE',
  'OVERWRITE',
  'INCLUDE_QUERY_ID',
  'DETAILED_OUTPUT',
  'HEADER',
  'VALIDATION_MODE',
  'STORAGE_INTEGRATION',
  'CREDENTIALS',
  'ENCRYPTION',
];

/**
 * Reads and checks them. `stageFormat` is the stage's own format: what the statement says stands
 * before it. `expand` replaces FORMAT_NAME by that format's options.
 */
export function unloadOptions(
  options: OptionMap,
  stageFormat: OptionMap,
  expand: (options: OptionMap) => OptionMap,
): UnloadOptions {
  checkNames(options, NAMES);
  refuseUnloadOptions(options);
  const result = {
    format: csvFormat(formatOptions(options, stageFormat, expand)),
    maxFileSize: integerOption(options, 'MAX_FILE_SIZE', 1) ?? DEFAULT_MAX_FILE_SIZE,
    single: booleanOption(options, 'SINGLE', false),
    overwrite: booleanOption(options, 'OVERWRITE', false),
    includeQueryId: booleanOption(options, 'INCLUDE_QUERY_ID', false),
    detailedOutput: booleanOption(options, 'DETAILED_OUTPUT', false),
    header: booleanOption(options, 'HEADER', false),
  };
  if (result.maxFileSize > LARGEST_MAX_FILE_SIZE) {
    throw invalidValue(String(result.maxFileSize), 'MAX_FILE_SIZE');
  }
  // "INCLUDE_QUERY_ID = TRUE is not supported when SINGLE = TRUE or OVERWRITE = TRUE is set."
  if (result.includeQueryId && (result.single || result.overwrite)) {
    throw unsupported(`INCLUDE_QUERY_ID with ${result.single ? 'SINGLE' : 'OVERWRITE'} option`);
  }
  return result;
}

/** The options of FILE_FORMAT = ( … ), or of the format it names, or of the stage's own. */
export function formatOptions(
  options: OptionMap,
  stageFormat: OptionMap,
  expand: (options: OptionMap) => OptionMap,
): OptionMap {
  const given = options.get('FILE_FORMAT');
  if (given === undefined) return stageFormat;
  if (given.kind === 'string' || given.kind === 'word') {
    return expand(new Map([['FORMAT_NAME', given]]));
  }
  const nested = nestedOptions(options, 'FILE_FORMAT') ?? new Map();
  if (!nested.has('FORMAT_NAME')) return nested;
  // "FORMAT_NAME and TYPE are mutually exclusive"; other options beside the name aren't documented.
  if (nested.size > 1) throw unsupported('FORMAT_NAME together with other format options');
  return expand(nested);
}

function refuseUnloadOptions(options: OptionMap): void {
  const validation = options.get('VALIDATION_MODE');
  if (validation !== undefined) throw invalidValue(showValue(validation), 'VALIDATION_MODE');
  for (const name of ['STORAGE_INTEGRATION', 'CREDENTIALS', 'ENCRYPTION']) {
    if (options.has(name)) throw invalidParameter(name);
  }
}
