import type { Finding } from '../../contract/finding.ts';
import type { LoadedRows } from '../../contract/status-store.ts';
import type { TableRef } from '../../contract/table-schema.ts';
import { errorCatalog } from '../../errors/catalog.ts';

/** Why a table that is loaded does not hold all that its source does. */
export interface LeftOut {
  /** Rows in quarantine. */
  readonly rejected?: number | undefined;
  /** Keys that share the row of another one: see `LoadReceipt.met`. */
  readonly met?: number | undefined;
}

/** Without what is zero. */
export function leftOut({
  rejected = 0,
  met = 0,
}: LeftOut): Partial<Record<keyof LeftOut, number>> {
  return { ...(rejected === 0 ? {} : { rejected }), ...(met === 0 ? {} : { met }) };
}

/** What status rows say of a table, or of all of a run, whose rows are not all in the target. */
export function leftOutNote({ rejected = 0, met = 0 }: LeftOut): string | undefined {
  const notes = [
    ...(rejected === 0 ? [] : [`TARGET.ROWS_QUARANTINED: ${rowsAre(rejected)} in quarantine`]),
    ...(met === 0 ? [] : [`TARGET.KEYS_MEET: ${keysShare(met)} the row of another one`]),
  ];
  return notes.length === 0 ? undefined : notes.join('; ');
}

/** The same for the report of a table. */
export function leftOutFindings(target: TableRef, { rejected = 0, met = 0 }: LeftOut): Finding[] {
  const { database, schema, name } = target;
  const quarantined = `${rowsAre(rejected)} not in ${schema}.${name} but in snowmelt.rejected_rows of ${database}`;
  const shared = `${keysShare(met)} the row of another one in ${schema}.${name}, whose key compares more loosely than the source's`;
  return [
    ...(rejected === 0 ? [] : [told('TARGET.ROWS_QUARANTINED', quarantined)]),
    ...(met === 0 ? [] : [told('TARGET.KEYS_MEET', shared)]),
  ];
}

/** The same of a first try. */
export function limitedNote(limit: number): string {
  return `RUN.LIMITED: a first try, which took ${limit} rows of each table at most; without --limit the same command loads all`;
}

function told(code: 'TARGET.ROWS_QUARANTINED' | 'TARGET.KEYS_MEET', message: string): Finding {
  return { code, severity: 'warning', message, fix: errorCatalog[code].fix };
}

function rowsAre(rows: number): string {
  return rows === 1 ? '1 row is' : `${rows} rows are`;
}

function keysShare(keys: number): string {
  return keys === 1 ? '1 key of the source shares' : `${keys} keys of the source share`;
}

/** What is told of a chunk that is in the target. */
export function loadedRows({ rows, bytes, ...left }: LoadedRows): LoadedRows {
  return { rows, bytes, ...leftOut(left) };
}
