import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { encodeCsvRow, type ColumnSchema, type TableSchema } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { from as copyFrom } from 'pg-copy-streams';
import { takeRolesPath } from '@snowmelt/pg-connection';
import { describe, expect, it } from 'vitest';

import { beginnings } from '../src/connect/session-settings.ts';
import { compatibility } from '../src/types/compatibility.ts';
import { fractionDigits } from '../src/types/fraction-digits.ts';
import { samples, type Sample } from './compatibility-samples.ts';
import { column } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const targets = [
  ['boolean', 'smallint', 'integer', 'bigint', 'numeric', 'numeric(10,2)', 'numeric(38,0)'],
  ['numeric(5,-2)', 'real', 'double precision', 'text', 'varchar', 'varchar(20)', 'varchar(3)'],
  ['char(10)', 'bpchar', 'name', '"char"', 'uuid', 'bytea', 'date', 'time(6)', 'time(0)'],
  ['timetz', 'timetz(0)', 'timestamp(6)', 'timestamp(3)', 'timestamptz(6)', 'timestamptz(0)'],
  ['json', 'jsonb', 'interval', 'interval(3)', 'interval day', 'interval year to month'],
  [
    'money',
    'bit(1)',
    'bit(3)',
    'varbit',
    'real[]',
    'double precision[]',
    'integer[]',
    'smallint[]',
  ],
  ['numeric[]', 'text[]', 'date[]', 'mood', 'plain_domain', 'positive', 'nested', 'inet', 'xml'],
  ['int4range', 'point', 'tsvector'],
].flat();

const types = `
CREATE TYPE mood AS ENUM ('happy', 't');
CREATE DOMAIN plain_domain AS integer;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN short AS varchar(5) CHECK (VALUE <> 'x');
CREATE DOMAIN nested AS short;`;

/**
 * A sample's own value in words of PostgreSQL, and what the column makes of it in the same words:
 * written apart from the table that is tested. What is not named is compared as text.
 */
const sameBy: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  decimal: 'numeric',
  decfloat: 'numeric',
  float: 'double precision',
  uuid: 'uuid',
  binary: 'bytea',
  date: 'date',
  time: 'time',
  json: 'jsonb',
  vector: 'numeric[]',
  interval: 'interval',
};

type Outcome = 'same' | 'changed' | 'refused';

/** What the outcomes of a pair's samples must be. */
const holds = {
  yes: (seen: ReadonlySet<Outcome>) => seen.size === 1 && seen.has('same'),
  cast: (seen: ReadonlySet<Outcome>) => !seen.has('changed'),
  no: (seen: ReadonlySet<Outcome>) => seen.has('changed') || seen.has('refused'),
} as const;

const shown = (outcomes: ReadonlyMap<string, Outcome>): string =>
  JSON.stringify(Object.fromEntries(outcomes));

describe('P1: what the table of types says, PostgreSQL does', () => {
  const on = sharedBench({}, async () => {
    const list = targets.map((type, index) => `c${index} ${type}`).join(', ');
    await on.sql.query(`${types} CREATE TABLE every (${list})`);
    const ref = { database: on.database.database, schema: 'public', name: 'every' };
    const { columns: described } = (await on.target.describe(ref, testContext())) as TableSchema;
    columns = new Map(targets.map((type, index) => [type, described[index] as ColumnSchema]));
    await on.sql.query(
      `${beginnings({}).load} ${takeRolesPath}`
        .replaceAll('SET LOCAL', 'SET')
        .replace(/^BEGIN[^;]*;/, ''),
    );
  });
  let columns: ReadonlyMap<string, ColumnSchema>;
  const lossy: { readonly pair: string; readonly seen: ReadonlySet<Outcome> }[] = [];

  it.each(samples)('$title', async (sample) => {
    const wrong: string[] = [];
    for (const target of targets) {
      const existing = columns.get(target) as ColumnSchema;
      const { fits } = compatibility(sample.type, existing);
      const outcomes = await outcomesOf(sample, existing, target);
      const seen = new Set(outcomes.values());
      if (fits === 'loss') lossy.push({ pair: `${sample.type.kind} into ${target}`, seen });
      else if (!holds[fits](seen)) wrong.push(`${target} ${fits} ${shown(outcomes)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('nothing is said to lose values that no value of its kind shows', () => {
    expect(lossy.length).toBeGreaterThan(100);
    const shown = new Set(lossy.filter(({ seen }) => seen.has('changed')).map(({ pair }) => pair));
    const unproven = lossy.map(({ pair }) => pair).filter((pair) => !shown.has(pair));
    // GeoJSON of the source has no SRID: PostgreSQL has nothing to lose any more.
    expect([...new Set(unproven)]).toEqual(['spatial into json', 'spatial into jsonb']);
  });

  async function outcomesOf(sample: Sample, existing: ColumnSchema, target: string) {
    const digits = fractionDigits(column('S', sample.type), existing);
    const outcomes = new Map<string, Outcome>();
    await on.sql.query(`DROP TABLE IF EXISTS one; CREATE TEMP TABLE one (v ${target})`);
    const inJson = target.startsWith('json');
    for (const text of (inJson ? sample.json : undefined) ?? sample.texts) {
      const cut = digits === undefined ? text : cutTo(text, digits);
      outcomes.set(cut, await outcomeOf(cut, wordsOf(sample, target)));
    }
    return outcomes;
  }

  async function outcomeOf(text: string, words: string): Promise<Outcome> {
    await on.sql.query('TRUNCATE one');
    try {
      const copy = on.sql.query(copyFrom('COPY one FROM STDIN (FORMAT csv)'));
      await pipeline(Readable.from([`${encodeCsvRow([text])}\n`]), copy);
    } catch {
      return 'refused';
    }
    const raw = { getTypeParser: () => (value: string) => value };
    const { rows } = await on.sql.query({ text: 'SELECT v FROM one', types: raw });
    return (await isSame(text, String(rows[0]?.v), words)) ? 'same' : 'changed';
  }

  /** By the text that the column gives back: what another reader would make of it. */
  async function isSame(text: string, stored: string, words: string): Promise<boolean> {
    if (stored === text) return true;
    if (['1', '0'].includes(text) && stored === (text === '1' ? 't' : 'f')) return true;
    // PostgreSQL would round the sample as well.
    if (/:\d\d[.]\d{7}/.test(text)) return false;
    try {
      const sql = `SELECT $1::text::${words} = $2::text::${words} AS same`;
      const { rows } = await on.sql.query<{ same: boolean }>(sql, [text, stored]);
      return rows[0]?.same === true;
    } catch {
      return false;
    }
  }
});

function wordsOf({ type }: Sample, target: string): string {
  // Ranges and arrays have several spellings, of which text may be any.
  if (type.kind === 'text') return ['int4range', 'text[]'].includes(target) ? target : 'text';
  if (target.startsWith('json')) return 'jsonb';
  if (target.startsWith('char') || target === 'tsvector') return 'text';
  if (type.kind !== 'timestamp') return sameBy[type.kind] ?? 'text';
  return type.zone === 'none' ? 'timestamp' : 'timestamptz';
}

/** As the source does it where the target keeps fewer digits. */
function cutTo(text: string, digits: number): string {
  return text.replace(/[.](\d+)/, (_, part: string) =>
    digits === 0 ? '' : `.${part.slice(0, digits)}`,
  );
}
