import type { RunReport } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

/** A row is newer by its watermark, or replaces one that has none (CONFIG.md, rules 2 and 3). */
const newer = 's.WM > t.WM OR t.WM IS NULL';
const insert = 'WHEN NOT MATCHED THEN INSERT VALUES (s.ID, s.TXT, s.AMOUNT, s.WM)';
const update = 'UPDATE SET TXT = s.TXT, AMOUNT = s.AMOUNT, WM = s.WM';

/** Each mode: its keys in config.json, and the same computed by the emulator's own engine. */
const modes = {
  appended: { keys: {}, expected: 'INSERT INTO EXP_APPENDED SELECT * FROM SRC' },
  truncated: {
    keys: { truncate_onstart: true },
    expected: 'CREATE OR REPLACE TABLE EXP_TRUNCATED AS SELECT * FROM SRC',
  },
  swapped: {
    keys: { truncate_onstart: true, refresh: 'swap' },
    expected: 'CREATE OR REPLACE TABLE EXP_SWAPPED AS SELECT * FROM SRC',
  },
  upserted: {
    keys: { uniqueness_columns: ['ID'] },
    expected: `MERGE INTO EXP_UPSERTED t USING SRC s ON t.ID = s.ID
      WHEN MATCHED THEN ${update} ${insert}`,
  },
  inserted: {
    keys: { uniqueness_columns: ['ID'], insert_only_mode: true },
    expected: `MERGE INTO EXP_INSERTED t USING SRC s ON t.ID = s.ID ${insert}`,
  },
  incremental: {
    keys: { uniqueness_columns: ['ID'], source_watermark: 'WM', target_watermark: 'changed' },
    expected: `MERGE INTO EXP_INCREMENTAL t
      USING (SELECT * FROM SRC WHERE WM IS NULL
        OR WM >= (SELECT COALESCE(MAX(WM), '0001-01-01'::TIMESTAMP_NTZ) FROM EXP_INCREMENTAL)) s
      ON t.ID = s.ID WHEN MATCHED AND (${newer}) THEN ${update} ${insert}`,
  },
} as const;

describe('each load mode gives what the same statement gives in the source', () => {
  const on = useDemo({ tables: [] }, async ({ sql }) => {
    await source(
      'CREATE TABLE SRC (ID NUMBER(9,0) NOT NULL PRIMARY KEY, TXT VARCHAR, AMOUNT NUMBER(12,2), WM TIMESTAMP_NTZ(6))',
      ...Object.keys(modes).map((mode) => `CREATE TABLE EXP_${mode.toUpperCase()} LIKE SRC`),
    );
    // The appended rows repeat their key, so that table is made beforehand, without one.
    await sql.query(
      'CREATE SCHEMA modes; CREATE TABLE modes.appended (id integer, txt text, amount numeric(12,2), wm timestamp)',
    );
  });

  it.each([1, 2, 3])('row for row, after run %i', async (round) => {
    await source(...changes(round), ...Object.values(modes).map(({ expected }) => expected));
    await using config = await configFile(configuration());
    const ended = await keptSnowmelt(['run', '--config', config.path, '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    for (const mode of Object.keys(modes)) {
      const rows = await stored(mode);
      expect(rows.length, mode).toBeGreaterThanOrEqual(300);
      expect(rows, mode).toEqual(await computed(mode));
    }
  });

  it('P1: a first try in each mode, what people do to it, and then the whole', async () => {
    await using config = await configFile(configuration('tried_'));
    const run = async (...flags: string[]) => {
      const ended = await keptSnowmelt(['run', '--config', config.path, '--json', ...flags]);
      const { tables, ...report } = JSON.parse(ended.stdout) as RunReport;
      const rows = Object.fromEntries(tables.map((table) => [table.target.name, table.rows]));
      const failed = tables.filter(({ status }) => status === 'failed').map(({ error }) => error);
      return { code: ended.code, report, rows, failed };
    };
    const first = await run('--limit', '100');
    const every = (rows: number) =>
      Object.fromEntries(Object.keys(modes).map((mode) => [`tried_${mode}`, rows]));
    expect(first).toMatchObject({ code: 4, rows: every(100) });
    expect(first.report).toMatchObject({ status: 'partial', limit: 100, resumed: false });

    await on.sql.query("INSERT INTO modes.tried_appended VALUES (-1, 'own', 0, now())");
    await on.sql.query('TRUNCATE modes.tried_upserted');
    const second = await run('--limit', '50', '--verify', 'digest');
    expect(second).toMatchObject({ code: 2, rows: { ...every(50), tried_appended: 0 } });
    expect(second.failed).toEqual([expect.objectContaining({ code: 'RUN.NOT_FIRST' })]);

    const whole = await run();
    expect(whole).toMatchObject({ code: 0, report: { status: 'completed', resumed: false } });
    const all = await source(selectAll('SRC'));
    for (const mode of Object.keys(modes)) {
      const own = (await stored(`tried_${mode}`)).filter(([id]) => id !== '-1');
      expect(own, mode).toEqual(all);
    }
    expect((await stored('tried_appended'))[0], 'the row of others').toContain('own');
  });

  function configuration(prefix = ''): unknown {
    const [first] = on.demo.config['sources'] as [Record<string, unknown>];
    const tables = Object.entries(modes).map(([mode, { keys }]) => ({
      source: 'SRC',
      target: `${prefix}${mode}`,
      ...(mode === 'incremental' ? { column_mapping: { WM: 'changed' } } : {}),
      ...keys,
    }));
    return { ...on.demo.config, sources: [{ ...first, target_pg_schema: 'modes', tables }] };
  }

  function source(...statements: readonly string[]): Promise<(string | null)[][]> {
    return inSnowflake(on.demo, ...statements);
  }

  function computed(mode: string): Promise<(string | null)[][]> {
    return source(selectAll(`EXP_${mode.toUpperCase()}`));
  }

  function selectAll(table: string): string {
    return `SELECT TO_VARCHAR(ID), TXT, TO_VARCHAR(AMOUNT), TO_VARCHAR(WM, 'YYYY-MM-DD HH24:MI:SS.FF6')
      FROM ${table} ORDER BY ID, TXT, AMOUNT, WM`;
  }

  async function stored(mode: string): Promise<(string | null)[][]> {
    const wm = mode.endsWith('incremental') ? 'changed' : 'wm';
    const { rows } = await on.sql.query<(string | null)[]>({
      text: `SELECT id::text, txt, amount::text, to_char(${wm}, 'YYYY-MM-DD HH24:MI:SS.US')
        FROM modes.${mode} ORDER BY id, txt COLLATE "C", amount, ${wm}`,
      rowMode: 'array',
    });
    return rows;
  }
});

/** Inserts, updates, deletes, late arrivals and rows without a watermark; other ones each round. */
function changes(round: number): readonly string[] {
  const first = round * 1000;
  return [
    `INSERT INTO SRC SELECT ${first} + SEQ4(), 'round ${round}, "row" ' || SEQ4(), SEQ4() / 7,
       IFF(MOD(SEQ4(), 11) = 0, NULL, DATEADD(second, SEQ4() + ${first}, '2026-01-01'::TIMESTAMP_NTZ))
     FROM TABLE(GENERATOR(ROWCOUNT => 300))`,
    `UPDATE SRC SET TXT = TXT || ' changed', WM = DATEADD(second, ${first} + 500, '2026-01-01'::TIMESTAMP_NTZ)
     WHERE MOD(ID, 7) = ${round} AND ID < ${first}`,
    `UPDATE SRC SET TXT = 'late', WM = '2025-01-01'::TIMESTAMP_NTZ WHERE MOD(ID, 13) = ${round} AND ID < ${first}`,
    `DELETE FROM SRC WHERE MOD(ID, 17) = ${round} AND ID < ${first}`,
  ];
}
