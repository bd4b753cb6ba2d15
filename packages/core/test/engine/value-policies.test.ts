import { describe, expect, it } from 'vitest';

import type { ColumnPair, LogicalType } from '../../src/index.ts';
import { applyValuePolicies, policyNotices } from '../../src/engine/decide/value-policies.ts';

function pair(name: string, type: LogicalType, nativeType: string): ColumnPair {
  const source = { name, type, nativeType, nullable: true, hasDefault: false, generated: false };
  return { source, target: name.toLowerCase() };
}

const json = { kind: 'json', shape: 'any' } as const;

describe('numbers within JSON', () => {
  it('on_unsupported_json touches JSON columns only, and is told', () => {
    const pairs = [pair('V', json, 'VARIANT'), pair('T', { kind: 'text' }, 'VARCHAR(10)')];
    const mended = applyValuePolicies({ unsupportedJson: 'text' }, pairs);
    expect(mended.map(({ unsupportedJson }) => unsupportedJson)).toEqual(['text', undefined]);
    expect(policyNotices(mended)).toContain('NaN and infinities in JSON become strings');
    expect(policyNotices(pairs).join()).not.toContain('NaN');
  });

  it('P1: a key is left as it is: changed, it could take the row of another one', () => {
    const pairs = [pair('K', { kind: 'text' }, 'VARCHAR'), pair('T', { kind: 'text' }, 'VARCHAR')];
    const job = { unsupportedText: 'strip', unsupportedJson: 'null', uniqueness: ['k'] } as const;
    const mended = applyValuePolicies(job, [...pairs, pair('V', json, 'VARIANT')]);
    expect(mended.map(({ unsupportedText }) => unsupportedText)).toEqual([
      undefined,
      'strip',
      'strip',
    ]);
    const [key] = applyValuePolicies({ ...job, uniqueness: ['V'] }, [pair('V', json, 'VARIANT')]);
    expect(key).not.toHaveProperty('unsupportedJson');
  });

  it.each([
    'VARIANT',
    'OBJECT',
    'ARRAY',
    'OBJECT(a NUMBER(10,0) NOT NULL, b FLOAT)',
    'ARRAY(VARIANT)',
    'MAP(VARCHAR(16777216), ARRAY)',
  ])('a DOUBLE in %s may lose its last digit, and the plan says so', (native) => {
    const notices = policyNotices([pair('A', json, native), pair('B', json, native)]);
    expect(notices).toEqual([
      'A, B: a DOUBLE in JSON comes with 16 digits, as Snowflake writes it',
    ]);
  });

  it.each([
    [json, 'ARRAY(NUMBER(38,0) NOT NULL)'],
    [json, 'OBJECT(a NUMBER(10,0) NOT NULL, b VARCHAR(16777216))'],
    [{ kind: 'float', bits: 64 }, 'FLOAT'],
    [{ kind: 'text' }, 'VARCHAR(10)'],
  ] as const)('no word of it where there can be none: %o %s', (type, native) => {
    expect(policyNotices([pair('A', type, native)])).toEqual([]);
  });
});
