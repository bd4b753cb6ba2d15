/** Text to dates, times and timestamps, in the formats that Snowflake detects or is told. */
import {
  daysOf,
  monthNumber,
  nanosOf,
  offsetMinutes,
  secondsOfDay,
  type ParsedMoment,
} from './moment.ts';
import { parseWithFormat } from './parse-with-format.ts';

// Years of five digits are read as well (snowflake-connector-python, test_snowsql_timestamp_format).
const DATE = String.raw`(\d{4,6})-(\d{1,2})-(\d{1,2})`;
const TIME = String.raw`(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{0,9}))?)?)?`;
const ZONE = String.raw`\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?`;
const ISO = new RegExp(`^${DATE}(?:[T ]\\s*${TIME}${ZONE})?$`);
const TIME_ONLY = new RegExp(`^${TIME}$`);
const SLASHED = new RegExp(String.raw`^(\d{1,2})/(\d{1,2})/(\d{4})(?: ${TIME})?$`);
const DAY_MONTH = new RegExp(String.raw`^(\d{1,2})-([A-Za-z]{3})-(\d{4})$`);
const RFC = new RegExp(
  String.raw`^(?:[A-Za-z]{3},?\s+)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) ${TIME}${ZONE}$`,
);

/**
 * AUTO detection, or the format that is given; undefined if the text does not fit.
 * https://docs.snowflake.com/en/sql-reference/date-time-input-output#date-formats
 */
export function parseMoment(text: string, format: string): ParsedMoment | undefined {
  const trimmed = text.trim();
  if (format.toUpperCase() !== 'AUTO') return parseWithFormat(trimmed, format);
  return parseIso(trimmed) ?? parseOther(trimmed) ?? parseInteger(trimmed);
}

function parseIso(text: string): ParsedMoment | undefined {
  const [, y, m, d, ...time] = ISO.exec(text) ?? [];
  return y === undefined ? undefined : momentOf(Number(y), Number(m), Number(d), time);
}

function parseOther(text: string): ParsedMoment | undefined {
  const [, month, day, year, ...time] = SLASHED.exec(text) ?? [];
  if (year !== undefined) return momentOf(Number(year), Number(month), Number(day), time);
  const [, d, name = '', y, ...rest] = DAY_MONTH.exec(text) ?? RFC.exec(text) ?? [];
  if (y === undefined) return undefined;
  return momentOf(Number(y), monthNumber(name), Number(d), rest);
}

/**
 * A string of digits is seconds, milliseconds, microseconds or nanoseconds since the epoch,
 * by its size, and its instant is at UTC. https://docs.snowflake.com/en/sql-reference/functions/to_timestamp#usage-notes
 */
function parseInteger(text: string): ParsedMoment | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  return { ...fromNanos(value * unitOf(value < 0n ? -value : value)), offset: 0 };
}

function unitOf(size: bigint): bigint {
  if (size < 31_536_000_000n) return 1_000_000_000n;
  if (size < 31_536_000_000_000n) return 1_000_000n;
  return size < 31_536_000_000_000_000n ? 1000n : 1n;
}

export function fromNanos(value: bigint): ParsedMoment {
  const nanos = ((value % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { seconds: Number((value - nanos) / 1_000_000_000n), nanos: Number(nanos) };
}

type Captured = readonly (string | undefined)[];

function momentOf(y: number, m: number, d: number, rest: Captured): ParsedMoment | undefined {
  const [hours, minutes, seconds, fraction, zone] = rest;
  const days = daysOf(y, m, d);
  const time = secondsOfDay(Number(hours ?? 0), Number(minutes ?? 0), Number(seconds ?? 0));
  if (days === undefined || time === undefined) return undefined;
  const moment = { seconds: days * 86_400 + time, nanos: nanosOf(fraction) };
  return zone === undefined ? moment : { ...moment, offset: offsetMinutes(zone) };
}

/** Nanoseconds since midnight; undefined if the text is no time. */
export function parseTime(text: string, format: string): bigint | undefined {
  const trimmed = text.trim();
  const [, h, m, s, fraction] = TIME_ONLY.exec(trimmed) ?? [];
  if (format.toUpperCase() === 'AUTO' && h !== undefined && m !== undefined) {
    const time = secondsOfDay(Number(h), Number(m), Number(s ?? 0));
    return time === undefined
      ? undefined
      : BigInt(time) * 1_000_000_000n + BigInt(nanosOf(fraction));
  }
  const moment = parseMoment(trimmed, format);
  if (moment === undefined) return undefined;
  const inDay = ((moment.seconds % 86_400) + 86_400) % 86_400;
  return BigInt(inDay) * 1_000_000_000n + BigInt(moment.nanos);
}
