import { describe, expect, it } from 'vitest';

import { digestQuery } from '../src/check/digest-table.ts';
import { policiesQuery, readPolicies } from '../src/check/policies.ts';
import { allRows, type KeyRange } from '../src/plan/key-range.ts';
import { selectLines } from '../src/query/select-lines.ts';
import { quoteIdentifier, quoteText } from '../src/sql/quote.ts';
import { copyInto } from '../src/unload/copy-into.ts';
import { attemptPlace, location, runPlace, splitStage } from '../src/unload/stage.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const at = `AT(TIMESTAMP => '2026-11-23T21:40:00.123456789+00:00'::TIMESTAMP_LTZ)`;

describe('SQL', () => {
  it('quotes names as stored and escapes texts', () => {
    expect(quoteIdentifier('a"B')).toBe('"a""B"');
    expect(quoteText(String.raw`it's \ here`)).toBe(String.raw`'it''s \\ here'`);
  });

  it('policies on a table or view: its name quoted, kinds in words, columns where they are on one', () => {
    const ref = { database: 'SHOP', schema: 'PUBLIC', name: "it's" };
    expect(policiesQuery([{ ref, kind: 'view' }])).toContain(
      `TABLE("SHOP".INFORMATION_SCHEMA.POLICY_REFERENCES(
  REF_ENTITY_NAME => '"SHOP"."PUBLIC"."it''s"',
  REF_ENTITY_DOMAIN => 'VIEW'))`,
    );
    const two = policiesQuery([
      { ref, kind: 'view' },
      { ref, kind: 'external' },
    ]);
    expect(two).toMatch(/^SELECT 0 AS "at"[^]+UNION ALL\nSELECT 1 AS "at"[^]+'TABLE'\)\)$/u);
    const at = { at: '1', policy_db: 'GOV', policy_schema: 'P' };
    const rows = [
      { ...at, policy_name: 'REGION', policy_kind: 'ROW_ACCESS_POLICY', ref_column_name: null },
      { ...at, policy_name: 'MASK', policy_kind: 'MASKING_POLICY', ref_column_name: 'EMAIL' },
    ];
    expect(readPolicies(rows, 2)).toEqual([
      [],
      [
        { kind: 'row access', name: 'GOV.P.REGION' },
        { kind: 'masking', name: 'GOV.P.MASK', column: 'EMAIL' },
      ],
    ]);
  });

  it('P3: every query of a pinned table says AT', () => {
    const table = tablePlan();
    expect(selectLines(table, allRows)).toContain(`FROM "SHOP"."PUBLIC"."ORDERS" ${at}`);
    expect(digestQuery(table, table.columns)).toContain(at);
  });

  it('keeps a filter that ends in a comment apart from the range', () => {
    const read = { ...tablePlan().read, filter: `STATE <> 'X' OR ID > 3 -- only open ones` };
    const cut = { column: 'ID', reading: 'column', is: 'between', from: '5' } as const;
    const range: KeyRange = { keys: 'cut', by: [cut] };
    expect(selectLines(tablePlan({ read }), range)).toContain(
      `WHERE (\nSTATE <> 'X' OR ID > 3 -- only open ones\n) AND ("ID" >= 5)`,
    );
  });

  it('sums 60 bits of the MD5 of the comparable columns', () => {
    const columns = [pair('ID', { kind: 'decimal', precision: 38, scale: 0 })];
    expect(digestQuery(tablePlan(), columns)).toContain(
      `SUM(MOD(MD5_NUMBER_LOWER64(COALESCE(TO_VARCHAR("ID"), '')), 1152921504606846976))`,
    );
  });
});

describe('unload', () => {
  const place = attemptPlace(tablePlan(), '00001-all', 'a1b2');

  it('writes the lines as they are: nothing is cut, enclosed or escaped', () => {
    const sql = copyInto(tablePlan(), allRows, { place, fileBytes: 1000 });
    for (const option of [
      'FIELD_DELIMITER = NONE',
      'FIELD_OPTIONALLY_ENCLOSED_BY = NONE',
      'ESCAPE = NONE',
      'ESCAPE_UNENCLOSED_FIELD = NONE',
      'NULL_IF = ()',
      'EMPTY_FIELD_AS_NULL = FALSE',
      String.raw`RECORD_DELIMITER = '\n'`,
      'DETAILED_OUTPUT = TRUE',
      'MAX_FILE_SIZE = 1000',
    ]) {
      expect(sql).toContain(option);
    }
    expect(sql).toContain(selectLines(tablePlan(), allRows));
  });

  it('P1: each attempt has a directory of its own, under the run', () => {
    expect(location(place)).toMatch(
      /^'@"SHOP"\."PUBLIC"\."SNOWMELT_0B7C2F6E_\w+"\/0b7c2f6e-[\w-]+\/sales_SHOP_PUBLIC_ORDERS-[0-9a-f]{8}\/00001-all\/a1b2\/'$/u,
    );
  });

  it('keeps tables apart whose names differ only in signs', () => {
    const other = attemptPlace(tablePlan({ key: 'sales_SHOP.PUBLIC.ORDERS' }), '00001-all', 'a1b2');
    expect(other.directory).not.toBe(place.directory);
  });

  it('a path with -- in it begins no comment: locations are always in single quotes', () => {
    expect(location({ stage: '@DB.SC.STAGE', directory: 'a--b/' })).toBe(`'@DB.SC.STAGE/a--b/'`);
  });

  it('puts a location with spaces into single quotes', () => {
    const source = { database: `Bob's Shop`, schema: 'My Schema', name: 'T' };
    expect(location(runPlace(tablePlan({ source })))).toMatch(
      /^'@"Bob''s Shop"\."My Schema"\."SNOWMELT_\w+"\/[\w-]+\/'$/u,
    );
  });

  it.each([
    ['@DB.SC.STAGE/a/b/', { stage: '@DB.SC.STAGE', directory: 'a/b/' }],
    ['DB.SC.STAGE', { stage: '@DB.SC.STAGE', directory: '' }],
    [`'@DB."my/stage"/a b'`, { stage: '@DB."my/stage"', directory: 'a b/' }],
    ['@~/files', { stage: '@~', directory: 'files/' }],
  ])("takes the user's stage %s apart", (written, parts) => {
    expect(splitStage(written)).toEqual(parts);
  });
});
