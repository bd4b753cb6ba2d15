/** The options of COPY INTO <table>. https://docs.snowflake.com/en/sql-reference/sql/copy-into-table */

import { invalidParameter, invalidValue, unsupported } from './errors.ts';
import { csvFormat } from './file-format.ts';
import type { CsvFormat } from './file-format.ts';
import { booleanOption, checkNames, showValue, stringsOption, textOption } from './option-list.ts';
import type { OptionMap } from './option-list.ts';
import { formatOptions } from './unload-options.ts';

export interface LoadOptions {
  readonly format: CsvFormat;
  /** File names that go on from the location's path, or undefined for all. */
  readonly files: readonly string[] | undefined;
  readonly pattern: string | undefined;
  readonly force: boolean;
  readonly purge: boolean;
}

const NAMES = ['FILE_FORMAT', 'FILES', 'PATTERN', 'ON_ERROR', 'FORCE', 'PURGE'];
const REFUSED = [
  'MATCH_BY_COLUMN_NAME',
  'SIZE_LIMIT',
  'RETURN_FAILED_ONLY',
  'ENFORCE_LENGTH',
  'TRUNCATECOLUMNS',
  'LOAD_UNCERTAIN_FILES',
  'VALIDATION_MODE',
  'INCLUDE_METADATA',
  'FILE_PROCESSOR',
  'LOAD_MODE',
];

const ON_ERROR = /^(?:ABORT_STATEMENT|CONTINUE|SKIP_FILE(?:_\d+%?)?)$/i;

function checkOnError(options: OptionMap): void {
  const value = options.get('ON_ERROR');
  if (value === undefined) return;
  const text = textOption(options, 'ON_ERROR') ?? '';
  if (!ON_ERROR.test(text)) throw invalidValue(showValue(value), 'ON_ERROR');
  if (text.toUpperCase() !== 'ABORT_STATEMENT') throw unsupported(`ON_ERROR = ${showValue(value)}`);
}

export function loadOptions(
  options: OptionMap,
  stageFormat: OptionMap,
  expand: (options: OptionMap) => OptionMap,
): LoadOptions {
  for (const name of options.keys()) {
    if (REFUSED.includes(name)) throw unsupported(`${name} of COPY INTO a table`);
    if (!NAMES.includes(name)) throw invalidParameter(name);
  }
  checkNames(options, NAMES);
  checkOnError(options);
  return {
    format: csvFormat(formatOptions(options, stageFormat, expand)),
    files: stringsOption(options, 'FILES'),
    pattern: textOption(options, 'PATTERN'),
    force: booleanOption(options, 'FORCE', false),
    purge: booleanOption(options, 'PURGE', false),
  };
}
