import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import {
  digestRule,
  encodeCsvRow,
  type ColumnPair,
  type ColumnSchema,
  type LogicalType,
  type LostZone,
  type TableSchema,
} from '@snowmelt/core';
import { referenceDigest } from '@snowmelt/testkit/conformance';
import { testContext } from '@snowmelt/testkit/context';
import * as fc from 'fast-check';
import { from as copyFrom } from 'pg-copy-streams';
import { takeRolesPath } from '@snowmelt/pg-connection';
import { describe, expect, it } from 'vitest';

import { beginnings } from '../src/connect/session-settings.ts';
import { digestSql } from '../src/digest/digest-table.ts';
import { compatibility } from '../src/types/compatibility.ts';
import { fractionDigits } from '../src/types/fraction-digits.ts';
import { samples } from './compatibility-samples.ts';
import { column, pair, planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const targets = [
  ['boolean', 'smallint', 'integer', 'bigint', 'numeric', 'numeric(10,2)', 'numeric(38,0)'],
  ['numeric(38,37)', 'numeric(5,-2)', 'text', 'varchar', 'varchar(20)', 'varchar(3)', 'char(10)'],
  ['char(3)', 'bpchar', 'name', '"char"', 'bytea', 'date', 'time', 'time(0)', 'timestamp'],
  ['timestamp(3)', 'timestamptz', 'timestamptz(0)', 'loose', 'blanks', 'whole', 'mood'],
].flat();

const types = `
CREATE DOMAIN loose AS varchar(5) CHECK (VALUE <> 'x');
CREATE DOMAIN blanks AS char(8);
CREATE DOMAIN whole AS numeric(20,0) CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('happy');`;

const digits = (most: number) => fc.bigInt({ min: -(10n ** BigInt(most)) + 1n, max: 10n ** 9n });
const instant = fc.date({
  // Before the year 1 in UTC the source writes no moment, but why it does not.
  min: new Date('0001-01-02T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
});

const dateTexts = (count: number, length: number) =>
  fc.sample(instant, count).map((date) => date.toISOString().slice(0, length));

const texts = [
  ['', ' ', '   ', 'a ', 'abc', 'abc ', 'abc   ', ' abc', 'a"b', '"', '\\x', '\\.', '\t'],
  ['a\nb', 'a\r\n', 'ä€\u{1F642}', '\u00A0', 'e\u0301', 'x'.repeat(100_000), 'happy'],
].flat();

/** Canonical texts of a source type, beside those of the samples. */
const valuesOf: { readonly [K in LogicalType['kind']]?: (type: OfKind<K>) => readonly string[] } = {
  decimal: ({ precision = 38, scale = 0 }) => {
    const whole = fc.sample(digits(precision - scale), 10).map(String);
    return whole.map((text) => (scale === 0 ? text : `${text}.${'5'.padEnd(scale, '0')}`));
  },
  text: ({ length = Infinity }) => {
    const any = fc.sample(fc.string({ unit: 'grapheme', maxLength: 12 }), 20);
    return [...texts, ...any].filter((text) => !text.includes('\0') && text.length <= length);
  },
  date: () => dateTexts(10, 10).concat('10000-01-01', '294275-12-31'),
  timestamp: ({ precision, zone }) => {
    const part = precision === 0 ? '' : `.${'123456789'.slice(0, precision)}`;
    const offsets = zone === 'none' ? [''] : ['+00:00', '-08:00', '+05:45', '+14:00'];
    const moments = dateTexts(10, 19).concat('10000-01-01T00:00:00', '1582-10-10T00:00:00');
    return moments.map((text, index) => `${text}${part}${offsets[index % offsets.length]}`);
  },
};

type OfKind<K> = Extract<LogicalType, { kind: K }>;

describe('P1: the digest of every value that loads is that of the source', () => {
  const on = sharedBench({}, async () => {
    const list = targets.map((type, index) => `c${index} ${type}`).join(', ');
    await on.sql.query(`${types} CREATE TABLE every (${list})`);
    const ref = { database: on.database.database, schema: 'public', name: 'every' };
    const { columns: described } = (await on.target.describe(ref, testContext())) as TableSchema;
    columns = new Map(targets.map((type, index) => [type, described[index] as ColumnSchema]));
    const settings = `${beginnings({}).load} ${takeRolesPath}`.replaceAll('SET LOCAL', 'SET');
    await on.sql.query(settings.replace(/^BEGIN[^;]*;/, ''));
  });
  let columns: ReadonlyMap<string, ColumnSchema>;
  let compared = 0;

  it.each(samples)('$title', async ({ type, texts: given }) => {
    for (const target of targets) {
      for (const one of pairsInto(type, columns.get(target) as ColumnSchema)) {
        if (digestRule(one).takes === 'nothing') continue;
        const loaded = await loadEach(one, target, given.concat(more(type)));
        const plan = planFor(on.database, {
          columns: [one],
          target: { database: on.database.database, schema: 'public', name: 'one' },
        });
        const { rows } = await on.sql.query<{ digest: string }>(digestSql(plan));
        const wanted = referenceDigest([one], loaded);
        const said = `${type.kind} into ${target}: ${JSON.stringify(loaded).slice(0, 500)}`;
        expect(rows[0]?.digest, said).toBe(wanted.digest);
        compared += loaded.length;
      }
    }
  });

  it('was of many values', () => expect(compared).toBeGreaterThan(1000));

  function more(type: LogicalType): readonly string[] {
    const values = valuesOf[type.kind] as ((one: LogicalType) => readonly string[]) | undefined;
    return values?.(type) ?? [];
  }

  /** The ways that a column can go into another one. */
  function pairsInto(type: LogicalType, existing: ColumnSchema): readonly ColumnPair[] {
    const digitsKept = fractionDigits(column('S', type), existing);
    const plain = pair('v', type, {
      targetType: existing.type,
      ...(digitsKept === undefined ? {} : { fractionDigits: digitsKept }),
    });
    if (compatibility(type, existing).fits !== 'no') return [plain];
    const zoned = type.kind === 'timestamp' && type.zone !== 'none';
    if (!zoned || existing.type.kind !== 'timestamp') return [];
    return (['utc', 'wall_clock'] as const).map((lostZone) => ({ ...plain, lostZone }));
  }

  /** Those that PostgreSQL takes. */
  async function loadEach(one: ColumnPair, target: string, texts: readonly string[]) {
    await on.sql.query(`DROP TABLE IF EXISTS one; CREATE TABLE one (v ${target})`);
    const loaded: [string | null][] = [];
    for (const text of [null, ...texts]) {
      const sent = text === null ? null : asSent(text, one);
      try {
        const copy = on.sql.query(copyFrom('COPY one FROM STDIN (FORMAT csv)'));
        await pipeline(Readable.from([`${encodeCsvRow([sent])}\n`]), copy);
        loaded.push([sent]);
      } catch {
        // Refused: nothing to compare.
      }
    }
    return loaded;
  }
});

/** As the source renders it for the column. */
function asSent(text: string, { fractionDigits: kept, lostZone }: ColumnPair): string {
  const cut =
    kept === undefined
      ? text
      : text.replace(/[.](\d+)/, (_, part: string) =>
          kept === 0 ? '' : `.${part.slice(0, kept)}`,
        );
  return lostZone === undefined ? cut : withoutZone(cut, lostZone);
}

function withoutZone(text: string, lostZone: LostZone): string {
  const clock = text.replace(/[+-]\d\d:\d\d$/, '');
  if (lostZone === 'wall_clock') return clock;
  const part = /\.\d+/.exec(text)?.[0] ?? '';
  const year = /^\d{5,}/.exec(text) === null ? '' : '+0';
  const utc = new Date(`${year}${text.replace(part, '')}`).toISOString();
  return `${utc.replace(/^\+0*/, '').replace(/\.000Z$/, '')}${part}`;
}
