import type { ColumnPair, LogicalType } from '@snowmelt/core';
import { referenceDigest } from '@snowmelt/testkit/conformance';
import { testContext } from '@snowmelt/testkit/context';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { pair, planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const timestamp = (zone: 'none' | 'instant' | 'offset', precision: number): LogicalType => ({
  kind: 'timestamp',
  zone,
  precision,
});

/** Every comparable type, and some that take no part. */
const columns: readonly ColumnPair[] = [
  pair('yes', { kind: 'boolean' }),
  pair('int', { kind: 'decimal', precision: 38, scale: 0 }),
  pair('small', { kind: 'decimal', precision: 4, scale: 0 }),
  pair('dec', { kind: 'decimal', precision: 38, scale: 10 }),
  pair('txt', { kind: 'text' }),
  pair('bin', { kind: 'binary' }),
  pair('day', { kind: 'date' }),
  pair('tim', { kind: 'time', precision: 9 }, { fractionDigits: 6 }),
  pair('tim0', { kind: 'time', precision: 0 }),
  pair('ntz', timestamp('none', 9), { fractionDigits: 6 }),
  pair('ntz3', timestamp('none', 3)),
  pair('ltz', timestamp('instant', 6)),
  pair('tz', timestamp('offset', 9), { fractionDigits: 6 }),
  pair('real', { kind: 'float', bits: 64 }),
  pair('data', { kind: 'json', shape: 'any' }),
];

const nothing: (string | null)[] = columns.map(() => null);
const extremes: (string | null)[] = [
  't',
  '-99999999999999999999999999999999999999',
  '0',
  '-0.5000000000',
  '"a", ""b\n\u{1F642}',
  '\\xDEADbeef',
  '0001-01-01',
  '23:59:59.999999',
  '00:00:00',
  '9999-12-31T23:59:59.999999',
  '0001-01-01T00:00:00.000',
  '9999-12-31T23:59:59.999999Z',
  '2024-02-29T23:30:00.123456+09:30',
  '1.5',
  '{}',
];

describe('digest', () => {
  const on = sharedBench();
  const context = testContext();
  const plan = () => planFor(on.database, { columns });
  beforeEach(async () => {
    await on.sql.query('DROP TABLE IF EXISTS public.t; DROP SCHEMA IF EXISTS snowmelt CASCADE');
    await on.target.prepare(plan(), context);
  });

  async function digestOf(rows: readonly (readonly (string | null)[])[]) {
    await on.load(plan(), rows);
    return on.target.digests.digest(plan(), context);
  }

  it('of no rows is 0', async () => {
    expect(await digestOf([])).toMatchObject({ rows: 0, digest: '0' });
  });

  it('agrees with the reference over extremes and NULLs, and names its columns', async () => {
    const rows = [nothing, extremes, extremes, nothing.with(4, ''), nothing.with(0, 'f')];
    const digest = await digestOf(rows);
    expect(digest).toEqual(referenceDigest(columns, rows));
    expect(digest.columns).not.toContain('real');
    expect(digest.columns).not.toContain('data');
  });

  it('agrees with the reference over any rows', async () => {
    const digits = (most: number) =>
      fc.bigInt({ min: -(10n ** BigInt(most)) + 1n, max: 10n ** BigInt(most) - 1n });
    const moment = fc
      .date({
        min: new Date('0001-01-02T00:00:00Z'),
        max: new Date('9999-12-30T00:00:00Z'),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString().slice(0, 19));
    const micros = fc.integer({ min: 0, max: 999_999 }).map((n) => String(n).padStart(6, '0'));
    const offset = fc.constantFrom('Z', '+00:00', '-08:00', '+05:45', '+14:00');
    const instant = fc
      .tuple(moment, micros, offset)
      .map(([at, part, zone]) => `${at}.${part}${zone}`);
    const row = fc.tuple(
      fc.option(fc.constantFrom('t', 'f')),
      fc.option(digits(38).map(String)),
      fc.option(digits(4).map(String)),
      fc.option(
        fc
          .tuple(digits(28), fc.integer({ min: 0, max: 9_999_999_999 }))
          .map(([whole, part]) => `${whole}.${String(part).padStart(10, '0')}`),
      ),
      fc.option(fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ''))),
      fc.option(fc.uint8Array().map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`)),
      fc.option(moment.map((at) => at.slice(0, 10))),
      fc.option(fc.tuple(moment, micros).map(([at, part]) => `${at.slice(11)}.${part}`)),
      fc.option(moment.map((at) => at.slice(11))),
      fc.option(fc.tuple(moment, micros).map(([at, part]) => `${at}.${part}`)),
      fc.option(fc.tuple(moment, micros).map(([at, part]) => `${at}.${part.slice(0, 3)}`)),
      fc.option(instant),
      fc.option(instant),
      fc.constant(null),
      fc.constant(null),
    );
    const rows = fc.sample(row, 2000);
    expect(await digestOf(rows)).toEqual(referenceDigest(columns, rows));
  });

  it('sees one changed value in any comparable column', async () => {
    const before = await digestOf([extremes, extremes]);
    const changes: Readonly<Record<string, string>> = {
      yes: 'NOT yes',
      int: 'int + 1',
      small: 'small + 1',
      dec: 'dec + 0.0000000001',
      txt: `txt || ' '`,
      bin: `bin || '\\x00'`,
      day: 'day + 1',
      tim: `tim - interval '1 microsecond'`,
      tim0: `tim0 + interval '1 second'`,
      ntz: `ntz - interval '1 microsecond'`,
      ntz3: `ntz3 + interval '1 millisecond'`,
      ltz: `ltz - interval '1 microsecond'`,
      tz: `tz - interval '1 microsecond'`,
    };
    expect(Object.keys(changes)).toEqual(before.columns);
    for (const [name, value] of Object.entries(changes)) {
      await on.sql.query('BEGIN');
      await on.sql.query(`UPDATE t SET ${name} = ${value} WHERE ctid = (SELECT min(ctid) FROM t)`);
      const { rows } = await on.sql.query(`SELECT count(*)::int AS n FROM t`);
      expect(rows).toEqual([{ n: 2 }]);
      await on.sql.query('COMMIT');
      const after = await on.target.digests.digest(plan(), context);
      expect(after.digest, name).not.toBe(before.digest);
      await on.sql.query('TRUNCATE t; DELETE FROM snowmelt.chunk_ledger');
      expect((await digestOf([extremes, extremes])).digest).toBe(before.digest);
    }
  });

  it('sees digits beyond the source, years out of range and infinity in wider columns', async () => {
    await on.sql.query('DROP TABLE t');
    await on.sql.query('CREATE TABLE t (dec numeric, at timestamp, zoned timestamptz, day date)');
    const wide = planFor(on.database, {
      columns: [
        pair(
          'dec',
          { kind: 'decimal', precision: 10, scale: 2 },
          { targetType: { kind: 'decimal' } },
        ),
        pair('at', timestamp('none', 3), { targetType: timestamp('none', 6) }),
        pair('zoned', timestamp('instant', 0), { targetType: timestamp('instant', 6) }),
        pair('day', { kind: 'date' }, { targetType: { kind: 'date' } }),
      ],
    });
    const digests = new Set<string>();
    const rows = [
      `1.50, '2024-01-01 10:00:00.123', '2024-01-01 10:00:00Z', '0001-01-01'`,
      `1.501, '2024-01-01 10:00:00.123', '2024-01-01 10:00:00Z', '0001-01-01'`,
      `1.50, '2024-01-01 10:00:00.123001', '2024-01-01 10:00:00Z', '0001-01-01'`,
      `1.50, '2024-01-01 10:00:00.123', '2024-01-01 10:00:00.5Z', '0001-01-01'`,
      `1.50, '2024-01-01 10:00:00.123 BC', '2024-01-01 10:00:00Z', '0001-01-01'`,
      `1.50, 'infinity', '2024-01-01 10:00:00Z', '0001-01-01'`,
      `1.50, 'infinity', '-infinity', '0001-01-01'`,
      `1.50, '2024-01-01 10:00:00.123', '2024-01-01 10:00:00Z', '0001-01-01 BC'`,
      `1.50, '2024-01-01 10:00:00.123', '2024-01-01 10:00:00Z', 'infinity'`,
      `'NaN', '2024-01-01 10:00:00.123', '2024-01-01 10:00:00Z', '0001-01-01'`,
    ];
    for (const row of rows) {
      await on.sql.query(`TRUNCATE t; INSERT INTO t VALUES (${row})`);
      digests.add((await on.target.digests.digest(wide, context)).digest);
    }
    expect(digests.size).toBe(rows.length);
    const first = ['1.50', '2024-01-01T10:00:00.123', '2024-01-01T10:00:00Z', '0001-01-01'];
    expect(digests).toContain(referenceDigest(wide.columns, [first]).digest);
  });
});
