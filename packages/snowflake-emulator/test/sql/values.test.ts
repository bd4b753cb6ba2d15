import { describe, expect, it } from 'vitest';
import { roundText } from '../../src/sql/values/decimal-text.ts';
import { formatNumber } from '../../src/sql/values/format-number.ts';
import { UnsupportedModel } from '../../src/sql/values/number-model.ts';
import { writeJson } from '../../src/sql/values/json-value.ts';
import { JsonSyntaxError, parseJson } from '../../src/sql/values/parse-json.ts';
import { parseNumber } from '../../src/sql/values/parse-number.ts';
import { parseMoment, parseTime } from '../../src/sql/values/parse-timestamp.ts';
import { parseGeography } from '../../src/sql/values/geography.ts';
import { TransactionLog, visibleRows } from '../../src/catalog/transaction-log.ts';

describe('moments from text', () => {
  it.each([
    ['2024-01-02', 'AUTO', { seconds: 1_704_153_600, nanos: 0 }],
    [
      '2024-01-02T03:04:05.000000001+05:30',
      'AUTO',
      { seconds: 1_704_164_645, nanos: 1, offset: 330 },
    ],
    ['2024-01-02 03:04 Z', 'AUTO', { seconds: 1_704_164_640, nanos: 0, offset: 0 }],
    ['01/02/2024', 'AUTO', { seconds: 1_704_153_600, nanos: 0 }],
    ['02-Jan-2024', 'AUTO', { seconds: 1_704_153_600, nanos: 0 }],
    ['1704153600001', 'AUTO', { seconds: 1_704_153_600, nanos: 1_000_000, offset: 0 }],
    ['20240102T', 'YYYYMMDD"T"', { seconds: 1_704_153_600, nanos: 0 }],
    ['02 JAN 70 12 AM', 'DD MON YY HH12 AM', { seconds: 86_400, nanos: 0 }],
  ])('%s as %s', (text, format, expected) => {
    expect(parseMoment(text, format)).toEqual(expected);
  });

  it.each(['2023-02-29', '2024-13-01', '2024-01-01 25:00:00', 'soon', ''])('refuses %s', (text) => {
    expect(parseMoment(text, 'AUTO')).toBeUndefined();
  });

  it('times', () => {
    expect(parseTime('23:59:59.999999999', 'AUTO')).toBe(86_399_999_999_999n);
    expect(parseTime('24:00:00', 'AUTO')).toBeUndefined();
  });
});

describe('numbers as text', () => {
  // The examples of docs.snowflake.com/en/sql-reference/sql-format-models and functions/to_char.
  it.each([
    ['12', '99', ' 12'],
    ['-7', '99', ' -7'],
    ['-7', 'S99', ' -7'],
    ['-7', '99S', ' 7-'],
    ['12', '99MI', '12 '],
    ['12', 'FM99', '12'],
    ['1.2', '999,999.999', '       1.2  '],
    ['1.2', 'S000,000.000', '+000,001.200'],
    ['-123456.789', 'S999,999.999', '-123,456.789'],
    ['1234.56', 'FM999,999.999', '1,234.56'],
    ['-12.391', '">"$99.0"<"', '>-$12.4<'],
    ['3987', '">"$99.0"<"', '> $##.#<'],
    ['-12.391', '">"B9,999.0"<"', '>   -12.4<'],
    ['0', '">"B9,999.0"<"', '>      .0<'],
    ['-12.391', '">"TME"<"', '>-1.2391E1<'],
    ['0.100', '">"TM9"<"', '>0.100<'],
    ['-12.391', '">"0XXX"<"', '>FFF4<'],
    ['-12.391', '">"S0XXX"<"', '>-000C<'],
    ['0.25', 'TM9%', '25%'],
    ['1234', '9D999EE', ' 1.234E3   '],
    ['9.99', '9.0EEE', ' 1.0E+1'],
    ['123456789012345678901234567890', 'TME', '1.2345678901234567890123456789E29'],
  ])('%s in %s', (text, format, expected) => {
    expect(formatNumber(text, format, 'FIXED')).toBe(expected);
  });

  it.each([
    ['012,345.67', '000,000.00', '012345.67'],
    ['12,345.67', '000,000.00', undefined],
    [' 12,345.67', '999,999.99', '12345.67'],
    ['1,2345', '99,999', undefined],
    ['405.958', '9,999.99', undefined],
    ['102-', 'MI999|999MI', '-102'],
    ['GG', 'XX', undefined],
    ['1.5E3', 'TM9', undefined],
    ['1.5E3', 'TME', '1500'],
  ])('%s read by %s', (text, format, expected) => {
    expect(parseNumber(text, format)).toBe(expected);
  });

  it('models that are none, or mean nothing that is known, are refused', () => {
    expect(() => formatNumber('1', '9Q', 'FIXED')).toThrow("invalid numeric format keyword: 'Q'");
    expect(() => formatNumber('1', '9X', 'FIXED')).toThrow('mixed format elements');
    expect(() => formatNumber('1', 'TM9(6,3)', 'FIXED')).toThrow(UnsupportedModel);
    expect(() => formatNumber('1e20', 'TM9', 'REAL')).toThrow(UnsupportedModel);
    expect(roundText('2.345', 2)).toBe('2.35');
    expect(roundText('-0.004', 2)).toBe('0.00');
  });
});

describe('JSON', () => {
  it('keeps the digits of numbers and sorts keys', () => {
    const text = '{"b":[1.10,-0.0,1e2,12345678901234567890.12345678901234567890],"a":"\\u00e9\\n"}';
    expect(writeJson(parseJson(text))).toBe(
      '{"a":"é\\n","b":[1.1,0,1e+2,12345678901234567890.1234567890123456789]}',
    );
  });

  it.each([
    '{',
    '[1',
    '{"a"}',
    '1 2',
    'tru',
    '{,}',
    '[}',
    '{"a":}',
    '{1:2}',
    '{"a":1,a:2}',
    '-NaN',
  ])('refuses %s', (text) => {
    expect(() => parseJson(text)).toThrow(JsonSyntaxError);
  });

  // Of a real account this is not known.
  it('takes a control character in a string as it is, and writes it escaped', () => {
    expect(writeJson(parseJson('["a\tb"]'))).toBe('["a\\tb"]');
  });

  it('geography from WKT, and nothing from anything else', () => {
    expect(parseGeography('POLYGON((0 0, 1 0, 1 1, 0 0))')).toBe(
      '{"coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"type":"Polygon"}',
    );
    expect(parseGeography('CIRCLE(0 0)')).toBeUndefined();
  });
});

describe('P3: the transaction log', () => {
  it('leaves out what ran, or committed later, however the numbers are ordered', () => {
    const log = new TransactionLog();
    const [slow, quick, last] = [log.begin(), log.begin(), log.begin()];
    log.commit(quick);
    const then = log.now();
    log.commit(last);
    expect(visibleRows(log.at(then))).toBe(
      `(vf <= ${quick} AND vf NOT IN (${slow})) AND (vt > ${quick} OR vt IN (${slow}))`,
    );
    const before = log.at(then);
    log.commit(slow);
    expect(log.at(then)).toEqual(before);
    expect(log.at(log.now())).toMatchObject({ upTo: last, except: [] });
  });

  it('never gives one moment twice', () => {
    const log = new TransactionLog();
    const moments = Array.from({ length: 1000 }, () => log.now());
    expect(new Set(moments).size).toBe(1000);
    expect(moments).toEqual(moments.toSorted((a, b) => Number(a - b)));
  });
});
