import { readFormat, type FormatElement } from './format-elements.ts';
import {
  daysOf,
  monthNumber,
  nanosOf,
  offsetMinutes,
  secondsOfDay,
  type ParsedMoment,
} from './moment.ts';

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
export function parseWithFormat(text: string, format: string): ParsedMoment | undefined {
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
