import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sharedSession, type TestSession } from './open-session.ts';

const session = sharedSession();

const moment = async (at: TestSession): Promise<string> => {
  const rows = await at.run(
    "SELECT TO_VARCHAR(CURRENT_TIMESTAMP(), 'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM')",
  );
  return rows[0]?.[0] ?? '';
};

describe('DML answers as Snowflake does, and changes what it says', () => {
  it('INSERT, UPDATE, DELETE, MERGE', async () => {
    await session.run('CREATE OR REPLACE TABLE m (id INT, name VARCHAR)');
    expect(await session.run("INSERT INTO m VALUES (1, 'a'), (2, 'b'), (3, 'c')")).toEqual([['3']]);
    expect(await session.run("UPDATE m SET name = name || '!' WHERE id > 1")).toEqual([['2', '0']]);
    expect(await session.run('DELETE FROM m WHERE id = 3')).toEqual([['1']]);
    const merged = await session.run(
      `MERGE INTO m USING (SELECT 1 AS id, 'x' AS n UNION ALL SELECT 2, 'y' UNION ALL SELECT 9, 'z') s ON m.id = s.id
       WHEN MATCHED AND s.n = 'x' THEN UPDATE SET name = s.n
       WHEN MATCHED THEN DELETE
       WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.n)`,
    );
    expect(merged).toEqual([['1', '1', '1']]);
    expect(await session.run('SELECT * FROM m ORDER BY id')).toEqual([
      ['1', 'x'],
      ['9', 'z'],
    ]);
  });

  it('a MERGE that matches a row twice is refused and changes nothing', async () => {
    await session.run('CREATE OR REPLACE TABLE tw (id INT)');
    await session.run('INSERT INTO tw VALUES (1)');
    expect(
      await session.failure(
        'MERGE INTO tw USING (SELECT 1 AS i UNION ALL SELECT 1) s ON tw.id = s.i WHEN MATCHED THEN UPDATE SET id = 5',
      ),
    ).toMatch(/^100090: /);
    expect(await session.run('SELECT id FROM tw')).toEqual([['1']]);
  });

  it('NOT NULL, lengths, defaults and identity hold', async () => {
    await session.run(
      "CREATE OR REPLACE TABLE c (id INT AUTOINCREMENT, a INT NOT NULL, b VARCHAR(3) DEFAULT 'dd')",
    );
    await session.run('INSERT INTO c (a) VALUES (7), (8)');
    await session.run("INSERT INTO c (a, b) VALUES (9, DEFAULT), (10, 'xyz')");
    expect(await session.run('SELECT * FROM c ORDER BY id')).toEqual([
      ['1', '7', 'dd'],
      ['2', '8', 'dd'],
      ['3', '9', 'dd'],
      ['4', '10', 'xyz'],
    ]);
    expect(await session.failure('INSERT INTO c (a) VALUES (NULL)')).toMatch(/^100072: /);
    expect(await session.failure("INSERT INTO c (a, b) VALUES (1, 'four')")).toMatch(/^100078: /);
    expect(await session.failure('INSERT INTO c (a) VALUES (1, 2)')).toMatch(/^002020: /);
  });

  it('MERGE: names in INSERT are the source’s, and rows that all match to be deleted are', async () => {
    await session.run('CREATE OR REPLACE TABLE mk (k INT, v INT DEFAULT 7)');
    await session.run('INSERT INTO mk VALUES (1, 1)');
    const source = '(SELECT 1 AS k UNION ALL SELECT 1 UNION ALL SELECT 2)';
    const merge = `MERGE INTO mk USING ${source} s ON mk.k = s.k`;
    expect(
      await session.run(
        `${merge} WHEN MATCHED THEN DELETE WHEN NOT MATCHED AND k > 1 THEN INSERT VALUES (k, DEFAULT)`,
      ),
    ).toEqual([['1', '1']]);
    expect(await session.run('SELECT * FROM mk')).toEqual([['2', '7']]);
  });

  it('UPDATE counts rows that several of FROM’s match, and refuses them when asked', async () => {
    await session.run('CREATE OR REPLACE TABLE mj (id INT, v INT)');
    await session.run('INSERT INTO mj VALUES (1, 0), (2, 0), (3, 0)');
    const sql =
      'UPDATE mj SET v = s.v FROM (SELECT 1 AS i, 5 AS v UNION ALL SELECT 1, 6 UNION ALL SELECT 2, 7) s WHERE id = i';
    expect(await session.run(sql)).toEqual([['2', '1']]);
    await session.run('ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_UPDATE = TRUE');
    expect(await session.failure(sql)).toMatch(/^100090: /);
    await session.run('ALTER SESSION UNSET ERROR_ON_NONDETERMINISTIC_UPDATE');
  });

  it('INSERT OVERWRITE reads the table as it was, within a transaction too', async () => {
    await session.run('CREATE OR REPLACE TABLE ow (id INT)');
    await session.run('INSERT INTO ow VALUES (1), (2)');
    const sql = 'INSERT OVERWRITE INTO ow SELECT id + 10 FROM ow';
    expect(await session.run(sql)).toEqual([['2']]);
    await session.run('BEGIN');
    await session.run('INSERT INTO ow VALUES (3)');
    expect(await session.run(sql)).toEqual([['3']]);
    await session.run('COMMIT');
    expect(await session.run('SELECT id FROM ow ORDER BY id')).toEqual([['13'], ['21'], ['22']]);
  });
});

describe('P3: AT reads one point in time', () => {
  it('later inserts, updates, deletes and truncations are not seen', async () => {
    await session.run('CREATE OR REPLACE TABLE p (id INT, v INT)');
    await session.run('INSERT INTO p VALUES (1, 1), (2, 2)');
    const then = await moment(session);
    await session.run('UPDATE p SET v = 20 WHERE id = 2');
    await session.run('INSERT INTO p VALUES (3, 3)');
    await session.run('DELETE FROM p WHERE id = 1');
    const past = `SELECT id, v FROM p AT(TIMESTAMP => '${then}'::TIMESTAMP_LTZ) ORDER BY id`;
    expect(await session.run(past)).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
    await session.run('TRUNCATE TABLE p');
    expect(await session.run(past)).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
    expect(await session.run('SELECT COUNT(*) FROM p')).toEqual([['0']]);
  });

  it('a transaction that began before the point and commits after it is not in it', async () => {
    await session.run('CREATE OR REPLACE TABLE late (id INT)');
    const writer = await session.another();
    await writer.run('BEGIN');
    await writer.run('INSERT INTO late VALUES (1)');
    await session.run('CREATE OR REPLACE TABLE early (id INT)');
    await session.run('INSERT INTO early VALUES (1)');
    const then = await moment(session);
    const count = (table: string) =>
      session.run(`SELECT COUNT(*) FROM ${table} AT(TIMESTAMP => '${then}'::TIMESTAMP_LTZ)`);
    expect(await count('late')).toEqual([['0']]);
    await writer.run('COMMIT');
    expect(await count('late')).toEqual([['0']]);
    expect(await count('early')).toEqual([['1']]);
    expect(await session.run('SELECT COUNT(*) FROM late')).toEqual([['1']]);
    await writer.close();
  });

  it('travels by statement and through views, joined with the present', async () => {
    await session.run('CREATE OR REPLACE TABLE st (id INT)');
    await session.run('INSERT INTO st VALUES (1)');
    const id = randomUUID();
    await session.runAs(id, 'INSERT INTO st VALUES (2)');
    await session.run('INSERT INTO st VALUES (3)');
    await session.run('CREATE OR REPLACE VIEW stv AS SELECT id FROM st');
    expect(await session.run(`SELECT COUNT(*) FROM st BEFORE(STATEMENT => '${id}')`)).toEqual([
      ['1'],
    ]);
    expect(await session.run(`SELECT COUNT(*) FROM stv AT(STATEMENT => '${id}')`)).toEqual([['2']]);
    expect(
      await session.run(
        `SELECT now.id FROM st now LEFT JOIN stv AT(STATEMENT => '${id}') old ON now.id = old.id WHERE old.id IS NULL`,
      ),
    ).toEqual([['3']]);
  });

  it('000707 before creation, beyond retention, in the future, and without retention', async () => {
    const before = await moment(session);
    await session.run('CREATE OR REPLACE TABLE young (id INT)');
    const at = (when: string) => session.failure(`SELECT * FROM young AT(TIMESTAMP => ${when})`);
    expect(await at(`'${before}'::TIMESTAMP_LTZ`)).toMatch(/^000707: /);
    expect(await at("'2020-01-01'::TIMESTAMP_LTZ")).toMatch(/^000707: /);
    expect(await at('DATEADD(DAY, 1, CURRENT_TIMESTAMP())')).toMatch(/^000707: /);
    await session.run('ALTER TABLE young SET DATA_RETENTION_TIME_IN_DAYS = 0');
    expect(await at('CURRENT_TIMESTAMP()')).toMatch(/^000707: /);
  });

  it('past rows show under the present columns', async () => {
    await session.run('CREATE OR REPLACE TABLE cols (id INT)');
    await session.run('INSERT INTO cols VALUES (1)');
    const then = await moment(session);
    await session.run("ALTER TABLE cols ADD COLUMN extra VARCHAR DEFAULT 'e'");
    await session.run('ALTER TABLE cols RENAME COLUMN id TO key');
    expect(
      await session.run(`SELECT key, extra FROM cols AT(TIMESTAMP => '${then}'::TIMESTAMP_LTZ)`),
    ).toEqual([['1', 'e']]);
  });

  it('CHANGES gives the net difference, and new rows only when asked', async () => {
    await session.run('CREATE OR REPLACE TABLE ch (id INT, v INT) CHANGE_TRACKING = TRUE');
    const start = randomUUID();
    await session.runAs(start, 'INSERT INTO ch VALUES (1, 1), (2, 2)');
    await session.run('UPDATE ch SET v = 20 WHERE id = 2');
    await session.run('INSERT INTO ch VALUES (3, 3), (4, 4)');
    await session.run('UPDATE ch SET v = 30 WHERE id = 3');
    await session.run('DELETE FROM ch WHERE id IN (1, 4)');
    const select = (kind: string) =>
      session.run(
        `SELECT id, v, METADATA$ACTION, METADATA$ISUPDATE FROM ch CHANGES(INFORMATION => ${kind}) AT(STATEMENT => '${start}') ORDER BY 1, 3`,
      );
    expect(await select('DEFAULT')).toEqual([
      ['1', '1', 'DELETE', '0'],
      ['2', '2', 'DELETE', '1'],
      ['2', '20', 'INSERT', '1'],
      ['3', '30', 'INSERT', '0'],
    ]);
    expect((await select('APPEND_ONLY')).map(([id]) => id)).toEqual(['3', '4']);
  });

  it('CHANGES needs tracking for all of its time, and the past of the table itself', async () => {
    await session.run('CREATE OR REPLACE TABLE nt (id INT)');
    const early = await moment(session);
    const from = (when: string) =>
      session.failure(
        `SELECT * FROM nt CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => '${when}'::TIMESTAMP_LTZ)`,
      );
    const missing = /^091930: .*Change tracking is not enabled or has been missing/s;
    const tracking = async () =>
      (await session.run(`SHOW TABLES LIKE 'NT'`))
        .flat()
        .filter((cell) => /^O(N|FF)$/.test(cell ?? ''));
    expect(await from(early)).toMatch(missing);
    const before = await tracking();
    await session.run('ALTER TABLE nt SET CHANGE_TRACKING = TRUE');
    expect(await tracking()).not.toEqual(before);
    expect(await from(early)).toMatch(missing);
    const tracked = await moment(session);
    await session.run('INSERT INTO nt VALUES (1)');
    expect(
      await session.run(
        `SELECT id FROM nt CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => '${tracked}'::TIMESTAMP_LTZ)`,
      ),
    ).toEqual([['1']]);
    await session.run('CREATE OR REPLACE TABLE nt (id INT) CHANGE_TRACKING = TRUE');
    expect(await from(tracked)).toMatch(/^000707: Time travel data is not available for table NT/);
  });

  it('CHANGES: END takes in what was committed at its instant, AT leaves it out', async () => {
    await session.run('CREATE OR REPLACE TABLE edge (id INT) CHANGE_TRACKING = TRUE');
    await session.run('INSERT INTO edge VALUES (1)');
    const middle = randomUUID();
    await session.runAs(middle, 'INSERT INTO edge VALUES (2)');
    const end = randomUUID();
    await session.runAs(end, 'INSERT INTO edge VALUES (3)');
    await session.run('INSERT INTO edge VALUES (4)');
    const sql = `SELECT id FROM edge CHANGES(INFORMATION => DEFAULT) AT(STATEMENT => '${middle}') END(STATEMENT => '${end}')`;
    expect(await session.run(sql)).toEqual([['3']]);
  });
});
