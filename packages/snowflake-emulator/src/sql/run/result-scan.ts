import { quoteText, type QueryPlan } from '../compile/typed.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import type { Session } from './session.ts';
import { fromWire } from './wire.ts';

/** The rows of an earlier statement, while they are kept. */
export function resultScan(queryId: string, session: Session): QueryPlan {
  const entry = session.shared.history.entries.get(queryId);
  if (entry === undefined)
    throw compilationError(`Statement ${queryId} not found`, '000709', '02000');
  const { result } = entry;
  if (result?.complete !== true)
    throw unsupported('RESULT_SCAN of a result that is large, old or not read');
  if (result.columns.some(({ type }) => type.name === 'INTERVAL')) {
    throw unsupported('RESULT_SCAN of intervals');
  }
  const columns = result.columns.map((column, i) => ({ ...column, physical: `c${i + 1}` }));
  const list = columns
    .map(({ physical, type }) => `${fromWire(`v."${physical}"`, type)} AS "${physical}"`)
    .join(', ');
  const names = columns.map(({ physical }) => `"${physical}"`).join(', ');
  if (result.rows.length === 0) {
    const nulls = columns
      .map(({ physical }) => `CAST(NULL AS VARCHAR) AS "${physical}"`)
      .join(', ');
    return { sql: `SELECT ${list} FROM (SELECT ${nulls}) v WHERE false`, columns };
  }
  const rows = result.rows.map(
    (row) =>
      `(${row.map((value) => (value === null ? 'CAST(NULL AS VARCHAR)' : quoteText(value))).join(', ')})`,
  );
  return { sql: `SELECT ${list} FROM (VALUES ${rows.join(', ')}) v(${names})`, columns };
}
