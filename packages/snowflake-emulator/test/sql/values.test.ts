import { describe, expect, it } from 'vitest';
import { formatNumber, roundText } from '../../src/sql/values/format-number.ts';
import { JsonSyntaxError, parseJson, writeJson } from '../../src/sql/values/json-value.ts';
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
    ['1704153600001', 'AUTO', { seconds: 1_704_153_600, nanos: 1_000_000 }],
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
  it.each([
    ['12.5', '999.00', '  12.50'],
    ['-12.5', '999.00', ' -12.50'],
    ['1234567.891', 'FM999,999,999.99', '1,234,567.89'],
    ['1000', '999', '####'],
    ['255', 'XXXX', '   FF'],
    ['123456789012345678901234567890', 'TME', '1.2345678901234567890123456789E29'],
  ])('%s in %s', (text, format, expected) => {
    expect(formatNumber(text, format)).toBe(expected);
  });

  it('a format that is not covered is told apart from one that does not fit', () => {
    expect(formatNumber('1', 'EEEE')).toBeUndefined();
    expect(parseNumber('12-', '99S')).toBe('-12');
    expect(parseNumber('GG', 'XX')).toBeUndefined();
    expect(roundText('2.345', 2)).toBe('2.35');
    expect(roundText('-0.004', 2)).toBe('0.00');
  });
});

describe('JSON', () => {
  it('keeps the digits of numbers and sorts keys', () => {
    const text = '{"b":[1.10,-0.0,1e2,12345678901234567890.12345678901234567890],"a":"\\u00e9\\n"}';
    expect(writeJson(parseJson(text))).toBe(
      '{"a":"é\\n","b":[1.1,0,100,12345678901234567890.1234567890123456789]}',
    );
  });

  it.each(['{', '[1,]', '{"a"}', '1 2', 'tru', '{"a":1,}'])('refuses %s', (text) => {
    expect(() => parseJson(text)).toThrow(JsonSyntaxError);
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
      `vf <= ${quick} AND vf NOT IN (${slow}) AND (vt > ${quick} OR vt IN (${slow}))`,
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
