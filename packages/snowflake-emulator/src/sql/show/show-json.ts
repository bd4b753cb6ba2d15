import type { ResultColumn, WireRow } from '../../engine/contract.ts';
import { displayJson } from '../values/display-json.ts';
import { readStored } from '../values/parse-json.ts';
import type { Session } from '../session/session.ts';

const JSON_TYPES: ReadonlySet<string> = new Set(['variant', 'object', 'array', 'map']);

/**
 * Rows as a client gets them: VARIANT, OBJECT, ARRAY and MAP as the session's JSON_INDENT and
 * STRICT_JSON_OUTPUT say. https://docs.snowflake.com/en/sql-reference/parameters#json-indent
 */
export function showJson(
  columns: readonly ResultColumn[],
  session: Session,
): (rows: readonly WireRow[]) => readonly WireRow[] {
  const isJson = columns.map(({ type }) => JSON_TYPES.has(type));
  if (!isJson.includes(true)) return (rows) => rows;
  const style = {
    indent: Number(session.parameter('JSON_INDENT')),
    strict: session.parameter('STRICT_JSON_OUTPUT') === true,
  };
  // Drivers parse values of structured types, so these are JSON in any case.
  const styles = columns.map(({ fields }) =>
    fields === undefined ? style : { ...style, strict: true },
  );
  const show = (cell: string | null, at: number): string | null =>
    cell === null || isJson[at] !== true
      ? cell
      : displayJson(readStored(cell), styles[at] ?? style);
  return (rows) => rows.map((row) => row.map(show));
}
