import type { SqlType } from '../sql-type.ts';
import type { TokenReader } from './token-reader.ts';

const FIELDS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;

/** True where a qualifier follows, as after the text of a literal: `INTERVAL '1' DAY`. */
export function startsInterval(reader: TokenReader): boolean {
  return FIELDS.some((field) => reader.isWord(field) || reader.isWord(`${field}S`));
}

/**
 * `YEAR TO MONTH`, `DAY(9) TO SECOND(6)`, after INTERVAL.
 * https://docs.snowflake.com/en/sql-reference/data-types-datetime, "Interval data types". That
 * DESCRIBE spells the precisions out is measured by mlorek/frostlake, IntervalColumnTypeTest.
 */
export function readInterval(reader: TokenReader): SqlType {
  const from = readField(reader);
  if (from === undefined) throw reader.error();
  const [leading = 9, own = 9] = digits(reader);
  const to = reader.accept('TO') ? readField(reader) : from;
  if (to === undefined || !fits(from, to)) throw reader.error();
  const scale = to === from ? own : (digits(reader)[0] ?? 9);
  const spelling = `INTERVAL ${from}${spelt(from, to, leading, scale)}`;
  return { name: 'INTERVAL', spelling, scale: to === 'SECOND' ? scale : 0 };
}

type Field = (typeof FIELDS)[number];

/** Also in the plural. */
function readField(reader: TokenReader): Field | undefined {
  const field = FIELDS.find((each) => reader.isWord(each) || reader.isWord(`${each}S`));
  if (field !== undefined) reader.next();
  return field;
}

function fits(from: Field, to: Field): boolean {
  const monthly = (field: Field): boolean => field === 'YEAR' || field === 'MONTH';
  return monthly(from) === monthly(to) && FIELDS.indexOf(from) <= FIELDS.indexOf(to);
}

function spelt(from: Field, to: Field, leading: number, scale: number): string {
  if (from === to) return from === 'SECOND' ? `(${leading},${scale})` : `(${leading})`;
  return `(${leading}) TO ${to}${to === 'SECOND' ? `(${scale})` : ''}`;
}

function digits(reader: TokenReader): number[] {
  return reader.isSymbol('(') ? reader.parenthesised(() => reader.integer()) : [];
}
