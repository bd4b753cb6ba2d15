import type { IntervalField, LogicalType } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { renderComparable } from '../src/check/digest-table.ts';
import { renderColumn } from '../src/render/render-column.ts';
import { joinFields, renderLine } from '../src/render/render-line.ts';
import { pair } from './fixtures/table-plan.ts';

const render = (type: LogicalType, fractionDigits?: number): string =>
  renderColumn(pair('C', type, fractionDigits === undefined ? {} : { fractionDigits }));

describe('renderColumn: one rendering for both ways of extraction', () => {
  it('keeps a NULL boolean NULL', () => {
    expect(render({ kind: 'boolean' })).toBe(`CASE WHEN "C" THEN 't' WHEN NOT "C" THEN 'f' END`);
  });

  it('always encloses text, so that no text is taken for NULL', () => {
    expect(render({ kind: 'text' })).toBe(`'"' || REPLACE("C", '"', '""') || '"'`);
  });

  it('takes a collation off, which would decide what a quote is', () => {
    const named = pair('C', { kind: 'text' });
    const source = { ...named.source, nativeType: "VARCHAR(10) COLLATE 'en-ci-pi'" };
    expect(renderColumn({ ...named, source })).toContain(`REPLACE(COLLATE("C", ''),`);
  });

  it('writes all digits of a FLOAT and the three words that PostgreSQL knows', () => {
    const sql = render({ kind: 'float', bits: 64 });
    expect(sql).toContain(`TO_VARCHAR("C", 'TME')`);
    for (const word of ['NaN', 'Infinity', '-Infinity']) expect(sql).toContain(`THEN '${word}'`);
  });

  it('writes binary as lower-case hex after a backslash and x', () => {
    expect(render({ kind: 'binary' })).toBe(String.raw`'\\x' || HEX_ENCODE("C", 0)`);
  });

  it.each([
    [{ kind: 'time', precision: 9 }, undefined, `TO_VARCHAR("C", 'HH24:MI:SS.FF9')`],
    [{ kind: 'time', precision: 0 }, undefined, `TO_VARCHAR("C", 'HH24:MI:SS')`],
    [{ kind: 'time', precision: 9 }, 6, `LEFT(TO_VARCHAR("C", 'HH24:MI:SS.FF9'), 15)`],
    [{ kind: 'time', precision: 9 }, 0, `LEFT(TO_VARCHAR("C", 'HH24:MI:SS.FF9'), 8)`],
  ] as const)('%o with %s digits is cut, never rounded', (type, digits, sql) => {
    expect(render(type, digits)).toBe(sql);
  });

  it('cuts a timestamp by the length that its year gives it', () => {
    const sql = render({ kind: 'timestamp', precision: 9, zone: 'none' }, 6);
    const text = (format: string) => `TO_VARCHAR("C", '${format}-MM-DD"T"HH24:MI:SS.FF9')`;
    expect(sql).toBe(
      `CASE WHEN "C" < '0001-01-01T00:00:00'::TIMESTAMP_NTZ THEN 'year ' || TO_VARCHAR(YEAR("C")) || ' is before 1' ` +
        `WHEN "C" > '9999-12-31T23:59:59.999999999'::TIMESTAMP_NTZ THEN TO_VARCHAR(YEAR("C")) || LEFT(${text('')}, 22) ` +
        `ELSE LEFT(${text('YYYY')}, 26) END`,
    );
  });

  it('writes an instant as a clock in UTC, whatever a server makes of zones', () => {
    const sql = render({ kind: 'timestamp', precision: 3, zone: 'instant' });
    const clock = `CONVERT_TIMEZONE('UTC', "C")::TIMESTAMP_NTZ`;
    expect(sql).toContain(`TO_VARCHAR(${clock}, 'YYYY-MM-DD"T"HH24:MI:SS.FF3') || '+00:00'`);
    // The column itself is compared with instants only.
    expect(sql).toContain(`CASE WHEN "C" < '0001-01-01T00:00:00+00:00'::TIMESTAMP_LTZ THEN`);
    expect(sql.replaceAll(clock, '')).not.toMatch(/\("C"|TZH/u);
  });

  it('keeps the offset of a moment, a zero one as digits, but around the ends of the years', () => {
    const sql = render({ kind: 'timestamp', precision: 3, zone: 'offset' });
    expect(sql).toContain(
      `"C" < '9999-01-01T00:00:00+00:00'::TIMESTAMP_TZ THEN TO_VARCHAR("C", 'YYYY-MM-DD"T"HH24:MI:SS.FF3') || ` +
        `REPLACE(TO_VARCHAR("C", 'TZH:TZM'), 'Z', '+00:00') ELSE`,
    );
    const beyond = sql.slice(sql.indexOf(' ELSE '));
    expect(beyond).toContain(`'+00:00'`);
    expect(beyond).not.toContain('TZH');
  });

  it.each(['date', 'timestamp'] as const)('P1: a %s before year 1 is never another day', (kind) => {
    const type = kind === 'date' ? { kind } : { kind, precision: 9, zone: 'none' as const };
    const sql = render(type);
    expect(sql).toMatch(/WHEN "C" < '0001-01-01\S*'::\w+ THEN 'year '/u);
    // A column of text takes any words, and gets what says the day.
    const inText = renderColumn(pair('C', type, { targetType: { kind: 'text' } }));
    expect(inText).not.toContain(`'year '`);
    expect(inText).toContain(` || ' BC' WHEN`);
  });

  const shape = (model: 'geography' | 'geometry', targetType?: LogicalType) =>
    renderColumn(pair('C', { kind: 'spatial', model }, targetType ? { targetType } : {}));

  it('writes a shape as every bit of it, or as GeoJSON where people read it', () => {
    expect(shape('geography')).toContain('ST_ASGEOJSON("C")');
    expect(shape('geography', { kind: 'text' })).toContain('ST_ASGEOJSON("C")');
    expect(shape('geometry')).toContain('HEX_ENCODE(ST_ASEWKB("C"))');
    expect(shape('geography', { kind: 'spatial', model: 'geometry' })).toContain('ST_ASEWKB');
    expect(shape('geometry', { kind: 'json', shape: 'any' })).toContain('ST_ASGEOJSON');
  });

  it('writes a vector in the brackets of its target', () => {
    const type: LogicalType = { kind: 'vector', element: 'float', dimension: 3 };
    const into = (targetType: LogicalType) => renderColumn(pair('C', type, { targetType }));
    expect(render(type)).toContain("'[]', '{}'");
    expect(into({ kind: 'unknown' })).toContain("'[]', '{}'");
    expect(into(type)).not.toContain('{}');
    expect(into({ kind: 'json', shape: 'any' })).not.toContain('{}');
  });

  const interval = (from: IntervalField, to: IntervalField, precision = 0): LogicalType => ({
    kind: 'interval',
    from,
    to,
    precision,
  });
  const text = 'CAST("C" AS VARCHAR)';
  const sign = `IFF(LEFT(${text}, 1) = '-', '-', '+')`;
  it.each([
    [interval('year', 'year'), `${text} || ' years'`],
    [interval('month', 'month'), `${text} || ' months'`],
    [interval('year', 'month'), text],
    [interval('day', 'day'), `${text} || ' days'`],
    [interval('second', 'second', 6), `${text} || ' seconds'`],
    [interval('day', 'hour'), `REPLACE(${text}, ' ', ' days ' || ${sign}) || ' hours'`],
    [interval('day', 'minute'), `REPLACE(${text}, ' ', ' days ' || ${sign}) || ':00'`],
    [interval('day', 'second', 6), `REPLACE(${text}, ' ', ' days ' || ${sign})`],
    [interval('hour', 'minute'), `${text} || ':00'`],
    [interval('hour', 'second', 3), text],
    [
      interval('minute', 'second', 3),
      `REPLACE(${text}, ':', ' minutes ' || ${sign}) || ' seconds'`,
    ],
  ])('%o has its units and a sign for each part', (type, sql) => {
    expect(render(type)).toBe(`'"' || REPLACE(${sql}, '"', '""') || '"'`);
  });

  it('cuts digits of an interval, however many it has', () => {
    const type = interval('hour', 'second', 9);
    expect(render(type, 6)).toContain(
      String.raw`REGEXP_REPLACE(${text}, '([.][0-9]{6})[0-9]+', '\\1')`,
    );
    expect(render(type, 0)).toContain(`REGEXP_REPLACE(${text}, '[.][0-9]+', '')`);
  });

  it('refuses a type that it can not map, naming column and type', () => {
    expect(() => render({ kind: 'unknown' })).toThrow(
      expect.objectContaining({
        code: 'SOURCE.TYPE_UNSUPPORTED',
        message: expect.stringContaining('UNKNOWN'),
        place: { column: 'C' },
      }),
    );
  });

  it('quotes a name with quotes, spaces and capitals', () => {
    const sql = renderColumn(pair('Visit "Updated" At', { kind: 'binary' }));
    expect(sql).toContain('HEX_ENCODE("Visit ""Updated"" At", 0)');
  });
});

describe('values that the target may not be able to hold', () => {
  const timed = { kind: 'time', precision: 9 } as const;

  it('round: all digits are sent', () => {
    const sql = renderColumn(pair('C', timed, { fractionDigits: 6, extraDigits: 'round' }));
    expect(sql).toBe(`TO_VARCHAR("C", 'HH24:MI:SS.FF9')`);
  });

  it('fail: other digits than zeros make a text that no time is', () => {
    const sql = renderColumn(pair('C', timed, { fractionDigits: 6, extraDigits: 'fail' }));
    expect(sql).toBe(
      `CASE WHEN RIGHT(TO_VARCHAR("C", 'HH24:MI:SS.FF9'), 3) = '000' THEN LEFT(TO_VARCHAR("C", 'HH24:MI:SS.FF9'), 15) ` +
        `ELSE TO_VARCHAR("C", 'HH24:MI:SS.FF9') || ' has more than 6 digits of a second' END`,
    );
  });

  it('words that JSON does not have are looked for beside strings, numbers only where it is asked', () => {
    const json: LogicalType = { kind: 'json', shape: 'any' };
    const sql = render(json);
    expect(sql).toContain(String.raw`'("(\\\\.|[^"\\\\])*"|undefined|NaN|-?Infinity)', '\x01\\1'`);
    expect(sql).toContain(String.raw`'\x01undefined', 'null')`);
    expect(sql).not.toContain(String.raw`\x01NaN`);
    const asNull = renderColumn(pair('C', json, { unsupportedJson: 'null' }));
    expect(asNull).toContain(String.raw`'\x01-Infinity', 'null')`);
    const asText = renderColumn(pair('C', json, { unsupportedJson: 'text' }));
    expect(asText).toContain(String.raw`'\x01NaN', '"NaN"')`);
  });

  it('U+0000 is looked for only where it is asked', () => {
    const text = (unsupportedText?: 'strip' | 'replace') =>
      renderColumn(
        pair('C', { kind: 'text' }, unsupportedText === undefined ? {} : { unsupportedText }),
      );
    expect(text()).toBe(`'"' || REPLACE("C", '"', '""') || '"'`);
    expect(text('strip')).toContain(String.raw`REPLACE("C", '\0', '')`);
    expect(text('replace')).toContain(String.raw`'\uFFFD'`);
  });
});

describe('renderLine', () => {
  it('makes nothing of NULL and never gives NULL itself', () => {
    const line = renderLine([pair('A', { kind: 'decimal' }), pair('B', { kind: 'decimal' })]);
    expect(line.replaceAll(/\s+/gu, ' ')).toBe(
      `COALESCE(TO_VARCHAR("A"), '') || ',' || COALESCE(TO_VARCHAR("B"), '')`,
    );
  });

  it('keeps every field of a wide table, in order, with one comma between two', () => {
    const names = Array.from({ length: 173 }, (_, index) => `"F${index}"`);
    const sql = joinFields(names);
    expect(sql.match(/"F\d+"/gu)).toEqual(names);
    expect(sql.match(/\|\| ',' \|\|/gu)).toHaveLength(172);
  });
});

describe('renderComparable', () => {
  it('writes an instant in UTC with Z, since the target keeps no offset', () => {
    const type = { kind: 'timestamp', precision: 9, zone: 'offset' } as const;
    const sql = renderComparable(pair('C', type, { fractionDigits: 6 }));
    const clock = `CONVERT_TIMEZONE('UTC', "C")::TIMESTAMP_NTZ`;
    expect(sql).toContain(
      `ELSE LEFT(TO_VARCHAR(${clock}, 'YYYY-MM-DD"T"HH24:MI:SS.FF9'), 26) || 'Z' END`,
    );
    expect(sql).not.toMatch(/TZH|\|\| '\+00/u);
  });
});
