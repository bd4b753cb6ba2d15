import { createHash } from 'node:crypto';

import { intervalText } from '../render/interval.ts';
import { serverTimeText, timestampText } from '../render/moment.ts';
import { supportedJson } from '../render/supported-text.ts';
import { valueOf, type ProbeSpec } from './bench.ts';

const clock = `TO_VARCHAR(CURRENT_TIMESTAMP(), 'FF9')`;
const sum = `('0.1'::FLOAT + '0.2'::FLOAT)`;
const year0 = `DATEADD('year', -2020, '2020-01-01'::DATE)`;
const decimals = '1.2345678901234567890123456789012345678e-50';
const uuid = 'f353ca91-4fc5-49f2-9b9e-304f83d11914';
const interval = { kind: 'interval', from: 'day', to: 'second', precision: 9 } as const;
/** Words within strings, behind quotes and backslashes, and one that is none. */
const tricky = String.raw`ARRAY_CONSTRUCT(NULL, 'a",undefined,"b\\', 'undefined')`;

function digestOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex').slice(-15);
  return BigInt(`0x${hex}`).toString();
}

/** Texts of values that every table may hold. They read no table. */
export const valueProbes: readonly ProbeSpec[] = [
  {
    name: 'snapshot-point',
    asks: 'the text of the moment that a run reads',
    expected: 'YYYY-MM-DDTHH:MM:SS.nnnnnnnnn+00:00',
    meaning: 'No run can begin: its snapshot point is not understood.',
    ask: valueOf(serverTimeText('CURRENT_TIMESTAMP()')),
    agrees: (got) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00$/u.test(got),
  },
  {
    name: 'clock-resolution',
    asks: 'digits of CURRENT_TIMESTAMP below a millisecond',
    expected: '000000',
    meaning: 'Harmless where they are digits: the clock is finer than is known.',
    ask: valueOf(`RIGHT(${clock}, 6)`),
  },
  {
    name: 'zero-offset',
    asks: 'an offset of zero under TZH:TZM',
    expected: 'Z',
    meaning: 'TIMESTAMP_TZ values of this offset may be refused by PostgreSQL.',
    ask: valueOf(`TO_VARCHAR('2020-01-15 10:00:00 +00:00'::TIMESTAMP_TZ, 'TZH:TZM')`),
    agrees: (got) => got === 'Z' || got === '+00:00',
  },
  {
    name: 'offset',
    asks: 'a TIMESTAMP_TZ with its offset, as it is read',
    expected: '2020-01-15T10:00:00.500-03:30',
    meaning: 'TIMESTAMP_TZ values may become other moments: do not migrate such columns.',
    ask: valueOf(
      `(SELECT ${timestampText({ column: 'C', precision: 3, zone: 'offset' }, {})} FROM (SELECT '2020-01-15 10:00:00.5 -03:30'::TIMESTAMP_TZ(3) AS C))`,
    ),
  },
  {
    name: 'year-0',
    asks: 'the year 0: before year 1, its number, its text',
    expected: 'true 0 0001-01-01',
    meaning: 'Years before 1 may become other days: look for such dates before a migration.',
    ask: valueOf(
      `TO_VARCHAR(${year0} < '0001-01-01'::DATE) || ' ' || YEAR(${year0}) || ' ' || TO_VARCHAR(${year0}, 'YYYY-MM-DD')`,
    ),
  },
  {
    name: 'year-12020',
    asks: 'a year of five digits: its number, its text without the year',
    expected: '12020 -01-15',
    meaning: 'Years after 9999 may become other days: look for such dates before a migration.',
    ask: valueOf(
      `(SELECT YEAR(D) || ' ' || TO_VARCHAR(D, '-MM-DD') FROM (SELECT DATEADD('year', 10000, '2020-01-15'::DATE) AS D))`,
    ),
  },
  {
    name: 'float-digits',
    asks: 'digits of a FLOAT under TME',
    expected: '3.0000000000000004e-01',
    meaning: 'FLOAT columns lose digits: compare them before you rely on them.',
    ask: valueOf(`TRIM(TO_VARCHAR(${sum}, 'TME'))`),
    agrees: (got) => /\d/u.test(got) && Number(got) === 0.1 + 0.2,
  },
  {
    name: 'json-float',
    asks: 'a DOUBLE within JSON',
    expected: '[3.000000000000000e-01]',
    meaning: 'Numbers within VARIANT have other digits than docs/reference/types.md says.',
    ask: valueOf(`TO_JSON(ARRAY_CONSTRUCT(${sum}))`),
  },
  {
    name: 'json-undefined',
    asks: 'an ARRAY that holds SQL NULL, and strings that look alike, as they are read',
    expected: String.raw`[null,"a\",undefined,\"b\\","undefined"]`,
    meaning: 'Rows with such arrays are refused by PostgreSQL, or change their text.',
    ask: valueOf(supportedJson(`TO_JSON(${tricky})`, {})),
  },
  {
    name: 'json-nan',
    asks: 'NaN and infinities within JSON, as on_unsupported_json: text reads them',
    expected: '["NaN","Infinity","-Infinity"]',
    meaning:
      'on_unsupported_json does not see them: rows that hold them are refused by PostgreSQL.',
    ask: valueOf(
      supportedJson(`TO_JSON(ARRAY_CONSTRUCT('NaN'::FLOAT, 'inf'::FLOAT, '-inf'::FLOAT))`, {
        unsupportedJson: 'text',
      }),
    ),
  },
  {
    name: 'json-timestamp',
    asks: 'a TIMESTAMP_NTZ within VARIANT',
    expected: '"2024-02-29 12:00:00.123456789"',
    meaning: 'Digits of a second within VARIANT are lost, or written otherwise.',
    ask: valueOf(`TO_JSON(TO_VARIANT('2024-02-29 12:00:00.123456789'::TIMESTAMP_NTZ))`),
  },
  {
    name: 'interval',
    asks: 'an INTERVAL DAY TO SECOND, as it is read',
    expected: '-1 days -02:03:04.500000000',
    meaning:
      'INTERVAL columns may be refused by PostgreSQL or change their values: leave them out.',
    ask: valueOf(intervalText(`('-1 02:03:04.5'::INTERVAL DAY TO SECOND)`, interval, {})),
    agrees: (got) => /^-1 days -0?2:03:04\.50*$/u.test(got),
  },
  {
    name: 'uuid',
    asks: 'the text of a UUID',
    expected: uuid,
    meaning: 'UUID columns may be refused by PostgreSQL: leave them out, or cast them in a view.',
    ask: valueOf(`TO_VARCHAR('${uuid}'::UUID)`),
    agrees: (got) => got.toLowerCase() === uuid,
  },
  {
    name: 'decfloat',
    asks: 'the text of a DECFLOAT of 38 digits',
    expected: decimals,
    meaning: 'DECFLOAT columns lose digits, or are refused by PostgreSQL.',
    ask: valueOf(`TO_VARCHAR('${decimals}'::DECFLOAT)`),
    agrees: (got) => got.toLowerCase() === decimals,
  },
  {
    name: 'digest',
    asks: 'the number that MD5_NUMBER_LOWER64 makes of a text',
    expected: digestOf('Snowmelt'),
    meaning: 'verify: digest fails tables that are equal: use verify: counts.',
    ask: valueOf(`TO_VARCHAR(MOD(MD5_NUMBER_LOWER64('Snowmelt'), 1152921504606846976))`),
  },
];
