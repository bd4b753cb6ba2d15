import type { TablePlan } from '@snowmelt/core';

import type { KeyRange } from '../plan/key-range.ts';
import { selectLines } from '../query/select-lines.ts';
import { location, type StagePlace } from './stage.ts';

/**
 * One unload statement. Every option that could touch a byte of a line is off, so that the files
 * hold the lines as they were rendered, each followed by LF: no field is cut, enclosed or escaped,
 * no text stands for NULL, and the empty line of a NULL stays (EMPTY_FIELD_AS_NULL has to be FALSE
 * where nothing is enclosed). Source: docs.snowflake.com/en/sql-reference/sql/copy-into-location
 * and /user-guide/data-unload-considerations.
 */
export function copyInto(table: TablePlan, range: KeyRange, target: UnloadTarget): string {
  return copyFrom(selectLines(table, range), target);
}

export interface UnloadTarget {
  readonly place: StagePlace;
  readonly fileBytes: number;
}

/** The same for any query of one column that holds lines. */
export function copyFrom(query: string, target: UnloadTarget): string {
  return `COPY INTO ${location(target.place)}
FROM (
${query}
)
FILE_FORMAT = (
  TYPE = CSV
  COMPRESSION = GZIP
  RECORD_DELIMITER = '\\n'
  FIELD_DELIMITER = NONE
  FIELD_OPTIONALLY_ENCLOSED_BY = NONE
  ESCAPE = NONE
  ESCAPE_UNENCLOSED_FIELD = NONE
  NULL_IF = ()
  EMPTY_FIELD_AS_NULL = FALSE
)
MAX_FILE_SIZE = ${String(target.fileBytes)}
INCLUDE_QUERY_ID = TRUE
DETAILED_OUTPUT = TRUE
HEADER = FALSE`;
}
