import { describe, expect, it } from 'vitest';

import { SnowmeltError } from '@snowmelt/core';

import type { NamedRows } from '../src/result/query-rows.ts';
import type { Bench } from '../src/examine/bench.ts';
import { askAll, namesToHide } from '../src/examine/examine.ts';

/** A server that answers every statement in one way. */
function bench(ask: (sql: string) => Promise<NamedRows>): Bench {
  const name = '"D"."S"."SNOWMELT_CHECK_1"';
  return { ask, askIdle: ask, stage: name, table: name, wait: async () => undefined };
}

const signal = new AbortController().signal;
const outcomesOf = async (ask: Bench['ask'], names?: RegExp) =>
  askAll(bench(ask), { names, signal });

describe('a server that answers otherwise is told, not borne in silence', () => {
  it('each probe of a value that differs says what it means', async () => {
    const probes = await outcomesOf(async () => [{ got: 'a surprise' }]);
    const alike = probes.filter(({ outcome }) => outcome === 'expected');
    expect(alike).toEqual([]);
    for (const { outcome, got, meaning } of probes) {
      expect(meaning).toMatch(/\S+ .*\.$/u);
      if (outcome === 'different') expect(got).not.toBe('');
    }
    const { got, expected } = probes.find(({ name }) => name === 'snapshot-point')!;
    expect([got, expected]).toEqual(['a surprise', 'YYYY-MM-DDTHH:MM:SS.nnnnnnnnn+00:00']);
  });

  it.each([
    ['snapshot-point', '2026-11-23T21:40:00.123000000Z'],
    ['zero-offset', '+0000'],
    ['year-0', 'true 1 0001-01-01'],
    ['float-digits', '0.3'],
    ['json-float', '[0.30000000000000004]'],
    ['json-undefined', '[,"a\\",undefined,\\"b\\\\","undefined"]'],
    ['json-nan', '["NaN","inf","-inf"]'],
    ['interval', '-1 02:03:04.5'],
    ['uuid', '{f353ca91-4fc5-49f2-9b9e-304f83d11914}'],
    ['decfloat', '1.23456789012345e-50'],
    ['clock-resolution', '123456'],
  ])('%s: %s', async (name, got) => {
    const probes = await outcomesOf(async () => [{ got }]);
    expect(probes.find((probe) => probe.name === name)).toMatchObject({
      outcome: 'different',
      got,
    });
  });

  it('what Snowmelt bears as well is as expected', async () => {
    const probes = await outcomesOf(async () => [{ got: '+00:00' }]);
    expect(probes.find(({ name }) => name === 'zero-offset')).toMatchObject({
      outcome: 'expected',
    });
  });
});

describe('a probe that cannot be asked is a result, and the others are asked all the same', () => {
  it('P7: says why, without a name of the account', async () => {
    const configured = ['ORG-ACCOUNT', 'LOADER', undefined, 'LOAD_WH', 'SALES', 'PUBLIC'];
    const names = await namesToHide(async () => [{ a: 'XY12345', r: 'LOAD_ROLE' }], configured);
    const message = `Object 'SALES.PUBLIC.SNOWMELT_CHECK_1' of role load_role in org-account (XY12345) does not exist (code 002003, query 01b2-7)`;
    const probes = await outcomesOf(async () => {
      throw new SnowmeltError('SOURCE.TABLE_NOT_FOUND', message);
    }, names);
    expect(new Set(probes.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
    expect(probes[0]?.got).toBe(
      "SOURCE.TABLE_NOT_FOUND: Object '….….SNOWMELT_CHECK_1' of role … in … (…) does not exist (code 002003)",
    );
  });

  it('also of an answer of no form at all', async () => {
    const probes = await outcomesOf(async () => []);
    expect(probes.length).toBeGreaterThan(15);
    const alike = probes.filter(({ outcome }) => outcome === 'expected').map(({ name }) => name);
    expect(alike).toEqual([]);
  });

  it('what was made is dropped, whatever came before', async () => {
    const dropped: string[] = [];
    await outcomesOf(async (sql) => {
      if (sql.startsWith('DROP')) dropped.push(sql);
      throw new Error('no');
    });
    expect(dropped).toHaveLength(2);
  });

  it('a stop ends it', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    const asked = askAll(
      bench(async () => []),
      { names: undefined, signal: stopped },
    );
    await expect(asked).rejects.toThrow('stopped');
  });
});
