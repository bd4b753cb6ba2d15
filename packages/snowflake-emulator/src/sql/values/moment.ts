/** A moment as a text shows it, and what its parts come to. */
export interface ParsedMoment {
  /** Seconds since the epoch of the wall clock that the text shows, as if it were UTC. */
  readonly seconds: number;
  readonly nanos: number;
  /** Minutes east of UTC, if the text says so. */
  readonly offset?: number;
}

const MONTHS = 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC';

export function monthNumber(name: string): number {
  const at = MONTHS.indexOf(name.slice(0, 3).toUpperCase());
  return at % 3 === 0 ? at / 3 + 1 : Number.NaN;
}

export function nanosOf(fraction: string | undefined): number {
  return Number((fraction ?? '').slice(0, 9).padEnd(9, '0'));
}

export function offsetMinutes(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  const size = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -size : size;
}

/** Days since the epoch; undefined if there is no such day. */
export function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() / 86_400_000 : undefined;
}

export function secondsOfDay(hours: number, minutes: number, seconds: number): number | undefined {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return hours * 3600 + minutes * 60 + seconds;
}
