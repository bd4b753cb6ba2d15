import * as fc from 'fast-check';

import type { Value } from './value.ts';

const two = (number: number): string => String(number).padStart(2, '0');
const between = (min: number, max: number) => fc.integer({ min, max });
const millisecondsADay = 86_400_000;
/** 0001-01-01 and 9999-12-31, in days since 1970-01-01. */
const [firstDay, lastDay] = [-719_162, 2_932_896];

function dateOf(milliseconds: number): string {
  const date = new Date(milliseconds);
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  return `${year}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

const days = fc.oneof(between(firstDay, lastDay), fc.constantFrom(firstDay, lastDay, 0, -1));
export const dates = days.map((day) => dateOf(day * millisecondsADay));

/** Of a second, exactly `precision` digits; often all nines. */
function fraction(precision: number): fc.Arbitrary<string> {
  const most = 10 ** precision - 1;
  return fc
    .oneof(between(0, most), fc.constantFrom(most, 0, Math.min(1, most)))
    .map((number) => (precision === 0 ? '' : String(number).padStart(precision, '0')));
}

/** PostgreSQL keeps microseconds, the rest is cut off (decision 4), and writes no trailing zero. */
function kept(digits: string): string {
  const shown = digits.slice(0, 6).replace(/0+$/, '');
  return shown === '' ? '' : `.${shown}`;
}

const given = (digits: string): string => (digits === '' ? '' : `.${digits}`);

const clock = fc
  .oneof(between(0, 86_399), fc.constantFrom(0, 86_399))
  .map((second) =>
    [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two).join(':'),
  );

export function times(precision: number): fc.Arbitrary<Value> {
  return fc.tuple(clock, fraction(precision)).map(([time, digits]) => ({
    given: `${time}${given(digits)}`,
    expected: `${time}${kept(digits)}`,
  }));
}

/** Quarter hours from -12:00 to +14:00. */
const offsets = between(-48, 56).map((quarters) => quarters * 15);

/** With a zone PostgreSQL is asked in UTC, and the day may be another one. */
export function instants(precision: number, zoned: boolean): fc.Arbitrary<Value> {
  const inner = zoned
    ? days.map((day) => Math.min(Math.max(day, firstDay + 1), lastDay - 1))
    : days;
  return fc
    .tuple(inner, clock, fraction(precision), zoned ? offsets : fc.constant(0))
    .map(([day, time, digits, offset]) => {
      const date = dateOf(day * millisecondsADay);
      const local = `${date} ${time}${given(digits)}`;
      if (!zoned) return { given: local, expected: `${date} ${time}${kept(digits)}` };
      const [hours, minutes, seconds] = time.split(':').map(Number) as [number, number, number];
      const second = (hours * 60 + minutes - offset) * 60 + seconds;
      const instant = new Date(day * millisecondsADay + second * 1000);
      const sign = offset < 0 ? '-' : '+';
      const [of, rest] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
      const utc = [instant.getUTCHours(), instant.getUTCMinutes(), instant.getUTCSeconds()];
      return {
        given: `${local} ${sign}${two(of)}:${two(rest)}`,
        expected: `${dateOf(instant.getTime())} ${utc.map(two).join(':')}${kept(digits)}+00`,
      };
    });
}
