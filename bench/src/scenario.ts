import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import type { TableJob } from '@snowmelt/core';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { columns, type RowFiles } from './generate-rows.ts';

export const scenarioNames = ['load-phase', 'upsert', 'rejects'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** What is loaded into what, by Snowmelt and by hand. */
export interface Scenario {
  readonly job: Pick<TableJob, 'mode' | 'uniqueness' | 'rejects'>;
  /** All rows in one file, so many of them refused. Absent: none, in four files a connection. */
  readonly badRows?: number;
  /** Once, before the rounds. */
  readonly setUp: (client: pg.Client, files: RowFiles) => Promise<void>;
  /** The table as every load finds it. */
  readonly prepare: (client: pg.Client, table: string) => Promise<void>;
  /** Rows in the table after `rows` rows were loaded. */
  readonly rowsAfter: (rows: number) => number;
  /**
   * The transaction of a file, as one would write it in psql: statements around its COPY. Absent:
   * the baseline is Snowmelt's own load of the same rows without bad ones.
   */
  readonly byHand?: (table: string) => { before: string; copyInto: string; after: string };
}

const definitions = columns.map(([name, type]) => `${name} ${type}`).join(', ');
const names = columns.map(([name]) => name);

const loadPhase: Scenario = {
  job: { mode: 'truncate', uniqueness: [] },
  setUp: () => Promise.resolve(),
  async prepare(client, table) {
    await client.query(`DROP TABLE IF EXISTS ${table}`);
    await client.query(`CREATE TABLE ${table} (${definitions})`);
    await client.query('CHECKPOINT');
  },
  rowsAfter: (rows) => rows,
  byHand: (table) => ({ before: 'BEGIN', copyInto: table, after: 'COMMIT' }),
};

/** N rows into 5 N, every second one an update. */
const upsert: Scenario = {
  job: { mode: 'upsert', uniqueness: ['id'] },
  async setUp(client, files) {
    await client.query(`CREATE TABLE upsert_base (${definitions})`);
    for (const file of files.plain) {
      const copy = client.query(copyFrom('COPY upsert_base FROM STDIN (FORMAT csv)'));
      await pipeline(createReadStream(file), copy);
    }
  },
  async prepare(client, table) {
    const others = names.slice(1).join(', ');
    await client.query(`DROP TABLE IF EXISTS ${table}`);
    await client.query(`CREATE TABLE ${table} (${definitions})`);
    await client.query(
      `INSERT INTO ${table} SELECT id * 10 + step, ${others} FROM upsert_base, generate_series(0, 8, 2) step`,
    );
    await client.query(`ALTER TABLE ${table} ADD PRIMARY KEY (id)`);
    await client.query(`VACUUM ANALYZE ${table}`);
    await client.query('CHECKPOINT');
  },
  rowsAfter: (rows) => 5 * rows + Math.floor(rows / 2),
  byHand: (table) => ({
    before: `BEGIN; CREATE TEMP TABLE staged (LIKE ${table}) ON COMMIT DROP`,
    copyInto: 'staged',
    after: `INSERT INTO ${table} SELECT * FROM staged ON CONFLICT (id) DO UPDATE SET ${names
      .slice(1)
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')}; COMMIT`,
  }),
};

/** A chunk that is read again around its refused rows, against one that is whole. */
const rejects: Scenario = {
  job: { ...loadPhase.job, rejects: { limit: 1000 } },
  badRows: 7,
  setUp: loadPhase.setUp,
  prepare: loadPhase.prepare,
  rowsAfter: loadPhase.rowsAfter,
};

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  'load-phase': loadPhase,
  upsert,
  rejects,
};
