import type { IntervalField } from '@snowmelt/core';

import { intervalFields, type PostgresType } from '../../sql/postgres-type.ts';
import { textColumns } from './text-length.ts';
import { cast, loss, no, otherwise, yes, type Row, type Rule } from './verdict.ts';

export const fromDate: Row<'date'> = {
  ...otherwise('a date'),
  ...textColumns<'date'>(),
  date: yes,
  timestamp: yes,
  timestamptz: cast('days begin at midnight UTC'),
};

const droppedFields = loss('smaller fields than those of the column are dropped');

function drops({ logical }: PostgresType, to: IntervalField): boolean {
  if (logical.kind !== 'interval') return false;
  return intervalFields.indexOf(to) > intervalFields.indexOf(logical.to);
}

/** Digits beyond the column's are no matter here: the source renders no more (see fractionDigits). */
export const fromTime: Row<'time'> = {
  ...otherwise('a time of day'),
  ...textColumns<'time'>(),
  time: yes,
  timetz: ({ precision }, { digits = 6 }) =>
    precision > digits
      ? loss(`PostgreSQL rounds to ${digits} digits of a second, to 24:00:00 at worst`)
      : cast('times are taken as UTC'),
  interval: (_, target) =>
    drops(target, 'second') ? droppedFields : cast('a time of day becomes a duration'),
};

const zones: Rule<'timestamp'> = ({ zone }, { class: into }) => {
  if ((zone === 'none') === (into === 'timestamp')) return yes;
  return zone === 'none'
    ? cast('wall-clock times are taken as UTC')
    : no(
        'a timestamp column has no time zone; use timestamptz, or set on_lost_zone (for keys, watermarks and TIMESTAMP_LTZ: utc)',
      );
};

export const fromTimestamp: Row<'timestamp'> = {
  ...otherwise('a timestamp'),
  ...textColumns<'timestamp'>(),
  date: no('the time of day would be cut off; use timestamp'),
  time: no('the date would be cut off; use timestamp'),
  timetz: no('the date would be cut off; use timestamptz'),
  timestamp: zones,
  timestamptz: zones,
};

/** PostgreSQL counts months in 32 bits (postgresql.org/docs/current/datatype-datetime.html). */
const manyYears = cast('more than 178956970 years are refused');

export const fromInterval: Row<'interval'> = {
  ...otherwise('an interval'),
  ...textColumns<'interval'>(),
  time: no('days would be cut off and signs ignored; use interval'),
  timetz: no('days would be cut off and signs ignored; use interval'),
  interval: ({ from, to }, target) => {
    if (drops(target, to)) return droppedFields;
    return from === 'year' ? manyYears : yes;
  },
};
