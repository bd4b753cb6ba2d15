import { SqlError } from '../../engine/contract.ts';

type Translation = readonly [pattern: RegExp, build: (match: RegExpExecArray) => SqlError];

const numeric = (value: string): SqlError =>
  new SqlError('100038', '22018', `Numeric value '${value}' is not recognized`);
const outOfRange = (what: string): SqlError =>
  new SqlError('100039', '22003', `Numeric value out of range: ${what}`);

/** What DuckDB says, in Snowflake's words. */
const TRANSLATIONS: readonly Translation[] = [
  [
    /SF\|([^|]*)\|([^|]*)\|([\s\S]*)/,
    ([, code = '', state = '', text = '']) => new SqlError(code, state, text.trimEnd()),
  ],
  [/INTERRUPT/i, () => cancelled()],
  [
    /Could not convert string ["']([\s\S]*?)["'] to (?:DECIMAL|DOUBLE|BIGINT|HUGEINT|INTEGER)/,
    ([, value = '']) => numeric(value),
  ],
  [
    /Could not cast value (\S+) to (DECIMAL\S+)/,
    ([, value, type]) => outOfRange(`${value} as ${type}`),
  ],
  [
    /Casting value "?([^"]*?)"? to type (DECIMAL\S+) failed/,
    ([, value, type]) => outOfRange(`${value} as ${type}`),
  ],
  [/Out of Range Error: ([\s\S]*)/, ([, text = '']) => outOfRange(text.split('\n')[0] ?? '')],
  [
    /More than one row returned by a subquery/i,
    () => new SqlError('090150', '22000', 'Single-row subquery returns more than one row.'),
  ],
  [
    /must appear in the GROUP BY clause/,
    ([text]) => new SqlError('000979', '42601', `SQL compilation error:\n${text}`),
  ],
  [
    /aggregate function calls cannot be nested|WHERE clause cannot contain aggregates/i,
    ([text]) => new SqlError('002001', '42601', `SQL compilation error:\n${text}`),
  ],
];

export function cancelled(): SqlError {
  return new SqlError('000604', '57014', 'SQL execution canceled');
}

/** An error of DuckDB that has no translation keeps its own text under 100183, an internal error. */
export function translateError(error: unknown): unknown {
  if (error instanceof SqlError || !(error instanceof Error)) return error;
  if (error.name === 'AbortError') return cancelled();
  for (const [pattern, build] of TRANSLATIONS) {
    const match = pattern.exec(error.message);
    if (match !== null) return build(match);
  }
  if (!/Error:/.test(error.message)) return error;
  return new SqlError('100183', 'P0000', error.message);
}
