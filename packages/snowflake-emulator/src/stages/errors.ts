/**
 * Snowflake's own words and codes for what these commands refuse. The codes marked "measured" were
 * seen in error output of real accounts; the others are the nearest that Snowflake uses.
 */

import { SqlError } from '../engine/contract.ts';

const COMPILATION = 'SQL compilation error:\n';

/** `line` and `position` are counted as Snowflake does: lines from 1, positions from 0. */
export function syntaxError(line: number, position: number, unexpected: string): SqlError {
  return new SqlError(
    '001003',
    '42000',
    `${COMPILATION}syntax error line ${line} at position ${position} unexpected '${unexpected}'.`,
  );
}

/** 001008 (22023): measured. */
export function invalidValue(value: string, parameter: string): SqlError {
  return new SqlError(
    '001008',
    '22023',
    `${COMPILATION}invalid value [${value}] for parameter '${parameter}'`,
  );
}

export function invalidParameter(name: string): SqlError {
  return new SqlError('001006', '22023', `${COMPILATION}invalid parameter '${name}'`);
}

/** Of an option that objects of this kind do not have. */
export function invalidProperty(name: string, object: string): SqlError {
  return new SqlError(
    '001420',
    '22023',
    `${COMPILATION}invalid property '${name}' for '${object}'`,
  );
}

/** What Snowflake has and this emulator lacks is refused with Snowflake's "Unsupported feature". */
export function unsupported(feature: string): SqlError {
  return new SqlError('000002', '0A000', `Unsupported feature '${feature}'.`);
}

/**
 * 002003 with SQLSTATE 02000, as Snowflake's own clients meet it for stages, databases and schemas
 * (a missing table is 002003 with 42S02).
 */
export function doesNotExist(kind: string, name: string): SqlError {
  return new SqlError(
    '002003',
    '02000',
    `${COMPILATION}${kind} '${name}' does not exist or not authorized.`,
  );
}

export function alreadyExists(name: string): SqlError {
  return new SqlError('002002', '42710', `${COMPILATION}Object '${name}' already exists.`);
}

/** `location` is the unload's target as it was written. */
export function filesAlreadyExist(location: string): SqlError {
  return new SqlError(
    '001030',
    '22000',
    `Files already existing at the unload destination: ${location}. Use overwrite option to force unloading.`,
  );
}

/** 100093 (22000): measured. */
export function emptyStringUnenclosed(): SqlError {
  return new SqlError(
    '100093',
    '22000',
    'Cannot unload empty string without file format option field_optionally_enclosed_by being specified.',
  );
}

export function singleFileTooLarge(maxFileSize: number): SqlError {
  return new SqlError(
    '001090',
    '22000',
    `Max file size (${maxFileSize}) exceeded for unload single file mode. Please increase MAX_FILE_SIZE copy option.`,
  );
}

export function cancelled(): SqlError {
  return new SqlError('000604', '57014', 'SQL execution canceled');
}

export function remoteFileMissing(path: string): SqlError {
  return new SqlError(
    '100016',
    '22000',
    `Remote file '${path}' was not found. If you are running a copy command, please make sure files are not deleted when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.`,
  );
}

export function columnCountMismatch(
  found: number,
  expected: number,
  place: { readonly name: string; readonly line: number },
): SqlError {
  return new SqlError(
    '100080',
    '22000',
    `Number of columns in file (${found}) does not match that of the corresponding table (${expected}), use file format option error_on_column_count_mismatch=false to ignore this error\n  File '${place.name}', line ${place.line}, character 1`,
  );
}
