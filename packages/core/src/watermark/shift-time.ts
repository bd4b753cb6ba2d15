const pattern = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/;
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59Z');

/** Nanoseconds since 1970 of `YYYY-MM-DDTHH:MM:SS` with up to nine digits of a second, as UTC. */
export function timestampNanoseconds(text: string): bigint {
  const [, date, time, fraction = ''] = pattern.exec(text) ?? [];
  const milliseconds = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(milliseconds)) throw new RangeError(`not a timestamp: ${text}`);
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Without the digits of a second beyond so many. */
export function cutFraction(text: string, digits: number): string {
  const [seconds = text, fraction = ''] = text.split('.');
  return digits === 0 || fraction === '' ? seconds : `${seconds}.${fraction.slice(0, digits)}`;
}

/** The timestamp so many nanoseconds later, within the years 1 to 9999. */
export function shiftTimestamp(text: string, nanoseconds: bigint): string {
  const moved = timestampNanoseconds(text) + nanoseconds;
  const fraction = ((moved % second) + second) % second;
  const milliseconds = Number((moved - fraction) / 1_000_000n);
  if (milliseconds < earliest) return `${isoSeconds(earliest)}.000000`;
  if (milliseconds > latest) return `${isoSeconds(latest)}.999999999`;
  const digits = fraction.toString().padStart(9, '0');
  return `${isoSeconds(milliseconds)}.${digits.endsWith('000') ? digits.slice(0, 6) : digits}`;
}

/** The date so many days later, within the years 1 to 9999. */
export function shiftDate(date: string, days: number): string {
  const moved = Date.parse(`${date}T00:00:00Z`) + days * 86_400_000;
  if (Number.isNaN(moved)) throw new RangeError(`not a date: ${date}`);
  return isoSeconds(Math.min(Math.max(moved, earliest), latest)).slice(0, 10);
}

const second = 1_000_000_000n;

function isoSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}
