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
  [/Out of Range Error: /, () => outOfRange('a result')],
  [
    /Unknown TimeZone '([^']*)'/,
    ([, zone = '']) => new SqlError('001008', '22023', `Unknown timezone: '${zone}'`),
  ],
  [
    /More than one row returned by a subquery/i,
    () => new SqlError('090150', '22000', 'Single-row subquery returns more than one row.'),
  ],
  [
    /must appear in the GROUP BY clause/,
    () =>
      new SqlError(
        '000979',
        '42601',
        'SQL compilation error:\nwhat is selected is not a valid group by expression',
      ),
  ],
  [
    /aggregate function calls cannot be nested|(?:WHERE|GROUP BY) clause cannot contain aggregates/i,
    ([text]) => new SqlError('002001', '42601', `SQL compilation error:\n${text}`),
  ],
];

/** How DuckDB words what it can't plan, whatever the values are. */
const PLANNING =
  /^(?:Failed to extract statements: )?(?:Binder|Parser|Catalog|Syntax|Not implemented) Error: /;

export function cancelled(): SqlError {
  return new SqlError('000604', '57014', 'SQL execution canceled');
}

/**
 * Of an error of DuckDB that has no translation nobody learns DuckDB's words: what it could not plan
 * is not covered, nor is a value that it could not take. The words are the error's cause.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof SqlError || !(error instanceof Error)) return error;
  if (error.name === 'AbortError') return cancelled();
  for (const [pattern, build] of TRANSLATIONS) {
    const match = pattern.exec(error.message);
    if (match !== null) return build(match);
  }
  if (!/Error:/.test(error.message)) return error;
  const what = PLANNING.test(error.message) ? 'a construct' : 'a value';
  const feature = `Unsupported feature '${what} of this statement'.`;
  return new SqlError('000002', '0A000', feature, { cause: error });
}
