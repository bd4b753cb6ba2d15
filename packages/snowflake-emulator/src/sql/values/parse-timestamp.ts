import { type FormatElement, readFormat } from './format-elements.ts';
import {
  daysOf,
  monthNumber,
  nanosOf,
  offsetMinutes,
  type ParsedMoment,
  secondsOfDay,
} from './moment.ts';

/** Text to dates, times and timestamps, in the formats that Snowflake detects or is told. */

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

const PATTERNS: Readonly<Record<Exclude<FormatElement['kind'], 'text'>, string>> = {
  /** Years after 9999 have more digits, where no other digits follow. */
  YYYY: String.raw`(\d{4}|\d{5,6}(?=\D|$))`,
  YY: String.raw`(\d{2})`,
  MM: String.raw`(\d{1,2})`,
  MON: '([A-Za-z]{3})',
  MMMM: '([A-Za-z]+)',
  DD: String.raw`(\d{1,2})`,
  DY: '([A-Za-z]{3})',
  HH24: String.raw`(\d{1,2})`,
  HH12: String.raw`(\d{1,2})`,
  AM: '(AM|PM|am|pm)',
  MI: String.raw`(\d{1,2})`,
  SS: String.raw`(\d{1,2})`,
  fraction: String.raw`(\d{0,9})`,
  'TZH:TZM': String.raw`([+-]\d{1,2}:\d{2}|Z)`,
  TZHTZM: String.raw`([+-]\d{4}|Z)`,
  TZH: String.raw`([+-]\d{1,2})`,
  TZM: String.raw`(\d{2})`,
};

interface Compiled {
  readonly pattern: RegExp;
  readonly kinds: readonly Exclude<FormatElement['kind'], 'text'>[];
}

const cache = new Map<string, Compiled>();

function compile(format: string): Compiled {
  const known = cache.get(format);
  if (known !== undefined) return known;
  const elements = readFormat(format);
  const kinds = elements.flatMap((each) => (each.kind === 'text' ? [] : [each.kind]));
  const source = elements.map((each) =>
    each.kind === 'text' ? escapePattern(each.text) : PATTERNS[each.kind],
  );
  const compiled = { pattern: new RegExp(`^${source.join('')}$`, 'i'), kinds };
  cache.set(format, compiled);
  return compiled;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}

type Found = Partial<Record<FormatElement['kind'], string>>;

/** Undefined if the text does not fit the format. Missing parts are 1970-01-01 and midnight. */
function parseWithFormat(text: string, format: string): ParsedMoment | undefined {
  const { pattern, kinds } = compile(format);
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const found: Found = {};
  for (const [i, kind] of kinds.entries()) found[kind] = match[i + 1] ?? '';
  const days = daysOf(yearOf(found), monthOf(found), Number(found.DD ?? 1));
  const time = secondsOfDay(hourOf(found), Number(found.MI ?? 0), Number(found.SS ?? 0));
  if (days === undefined || time === undefined) return undefined;
  const moment = { seconds: days * 86_400 + time, nanos: nanosOf(found.fraction) };
  const offset = offsetOf(found);
  return offset === undefined ? moment : { ...moment, offset };
}

/** TWO_DIGIT_CENTURY_START is 1970. */
function yearOf(found: Found): number {
  if (found.YYYY !== undefined) return Number(found.YYYY);
  if (found.YY === undefined) return 1970;
  const year = Number(found.YY);
  return year >= 70 ? 1900 + year : 2000 + year;
}

function monthOf(found: Found): number {
  const name = found.MON ?? found.MMMM;
  return name === undefined ? Number(found.MM ?? 1) : monthNumber(name);
}

function hourOf(found: Found): number {
  if (found.HH12 === undefined) return Number(found.HH24 ?? 0);
  const afternoon = found.AM?.toUpperCase() === 'PM';
  return (Number(found.HH12) % 12) + (afternoon ? 12 : 0);
}

function offsetOf(found: Found): number | undefined {
  const whole = found['TZH:TZM'] ?? found.TZHTZM;
  if (whole !== undefined) return offsetMinutes(whole);
  return found.TZH === undefined ? undefined : offsetMinutes(`${found.TZH}:${found.TZM ?? '00'}`);
}
