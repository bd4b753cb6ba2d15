import { beforeEach, describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

type Config = Record<string, unknown>;

const bad = [7, 1000, 1001, 4999];
const rows = 5000;

describe.each(['query', 'unload'] as const)('rows that PostgreSQL refuses, by %s', (extract) => {
  const on = useDemo({ tables: [] }, async ({ demo }) => {
    await inSnowflake(
      demo,
      `CREATE TABLE READINGS (ID NUMBER(9,0) NOT NULL, AMOUNT VARCHAR, NOTE VARCHAR)`,
      `INSERT INTO READINGS SELECT SEQ4(), CASE WHEN SEQ4() IN (${bad.join(', ')}) THEN 'not a number' ELSE TO_VARCHAR(SEQ4()) END,
         'line "' || SEQ4() || '",' FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
    );
  });
  beforeEach(() =>
    on.sql.query(`DROP SCHEMA IF EXISTS vega CASCADE; CREATE SCHEMA vega;
      CREATE TABLE vega.readings (id integer PRIMARY KEY, amount integer, note text)`),
  );

  async function command(words: readonly string[], options: Config = {}) {
    const [group] = on.demo.config['sources'] as [Config];
    const table = { source: 'READINGS', target: 'readings', truncate_onstart: true, extract };
    const sources = [{ ...group, tables: [{ ...table, ...options }] }];
    await using file = await configFile({ ...on.demo.config, sources });
    const ended = await keptSnowmelt([...words, '--config', file.path, '--json']);
    return { ...ended, said: JSON.parse(ended.stdout) };
  }

  const stored = async () =>
    Number((await on.sql.query('SELECT count(*) AS n FROM vega.readings')).rows[0].n);

  /** By query the table is one chunk; an unload has several files, and those without a bad row are in. */
  const mostRows = extract === 'query' ? 0 : rows - rows / 5;

  it('fail: nothing of the chunk is in, exit code 2, and the message says where', async () => {
    const { code, said } = await command(['run', '--no-resume']);
    expect(code).toBe(2);
    expect(await stored()).toBeLessThanOrEqual(mostRows);
    expect(said.tables[0].error.message).toMatch(
      /invalid input syntax for type integer: "…" \(SQLSTATE 22P02; table vega\.readings, line \d+ of the chunk, column amount\)/,
    );
  });

  it('quarantine: all others are in, and the refused ones are told, shown and loaded after all', async () => {
    const options = { on_row_error: 'quarantine', verify: 'count' };
    const first = await command(['run', '--no-resume'], options);
    expect(first.code, first.stderr).toBe(4);
    expect(await stored()).toBe(rows - bad.length);
    expect(first.said).toMatchObject({ status: 'partial', stopped: false, rejected: bad.length });
    expect(first.said.tables[0]).toMatchObject({
      status: 'completed',
      rows: rows - bad.length,
      rejected: bad.length,
      findings: [{ code: 'TARGET.ROWS_QUARANTINED' }],
    });
    const status = await on.sql.query(
      `SELECT r.status AS run, r.error_message AS why, t.status AS table, t.total_rows_copied::int AS copied
       FROM migration_status.migration_runs r JOIN migration_status.migration_table_status t USING (run_id)
       WHERE r.run_id = $1`,
      [first.said.run],
    );
    expect(status.rows).toEqual([
      {
        run: 'partial',
        why: expect.stringContaining(`${bad.length} rows are in quarantine`),
        table: 'completed',
        copied: rows - bad.length,
      },
    ]);

    const { said: listed } = await command(['rejects', 'list']);
    expect(listed.rejects).toMatchObject([
      { state: 'open', code: '22P02', column: 'amount', rows: bad.length },
    ]);
    const { said: shown } = await command(['rejects', 'show', '--limit', '2']);
    expect(shown.rows).toHaveLength(2);
    expect(shown.rows[0].row).toMatch(/^\d+,"not a number","line ""\d+"","$/);
    expect(shown.rows[0].message).toContain('"not a number"');

    const again = await command(['rejects', 'retry']);
    expect(again.code).toBe(4);
    expect(again.said.tables).toMatchObject([{ loaded: 0, left: bad.length }]);
    await on.sql.query('ALTER TABLE vega.readings ALTER amount TYPE text');
    const mended = await command(['rejects', 'retry', '--table', 'vega.readings']);
    expect(mended.code).toBe(0);
    expect(mended.said.tables).toMatchObject([{ loaded: bad.length, left: 0 }]);
    expect(await stored()).toBe(rows);
    expect((await command(['rejects', 'list'])).said.rejects).toEqual([]);
    expect((await command(['rejects', 'list', '--all'])).said.rejects).toMatchObject([
      { state: 'loaded' },
    ]);
    const found = await on.sql.query(
      `SELECT id FROM vega.readings WHERE amount = 'not a number' ORDER BY id`,
    );
    expect(found.rows.map(({ id }) => id)).toEqual(bad);
  });

  it('the same command again is a new run, since nothing was left to do', async () => {
    const options = { on_row_error: 'quarantine' };
    const first = await command(['run', '--no-resume'], options);
    const second = await command(['run'], options);
    expect([first.code, second.code]).toEqual([4, 4]);
    expect(second.said.run).not.toBe(first.said.run);
    expect(second.said.resumed).toBe(false);
    const { said } = await command(['rejects', 'list', '--all', '--run', first.said.run]);
    expect(said.rejects).toMatchObject([{ state: 'superseded', rows: bad.length }]);
  });

  it('more than max_rejected_rows fail the table', async () => {
    const options = { on_row_error: 'quarantine', max_rejected_rows: 3 };
    const { code, said } = await command(['run', '--no-resume'], options);
    expect(code).toBe(2);
    if (extract === 'query') expect(await stored()).toBe(0);
    expect(JSON.stringify(said.tables[0].error)).toContain('TARGET.TOO_MANY_REJECTS');
  });
});
