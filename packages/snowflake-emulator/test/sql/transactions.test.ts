import { describe, expect, it } from 'vitest';
import { sharedSession } from './open-session.ts';

const session = sharedSession();

describe('a transaction', () => {
  it('a transaction shows its own rows, hides them from others, and rolls back', async () => {
    await session.run('CREATE OR REPLACE TABLE tx (id INT)');
    const other = await session.another();
    await session.run('BEGIN');
    await session.run('INSERT INTO tx VALUES (1)');
    expect(await session.run('SELECT COUNT(*) FROM tx')).toEqual([['1']]);
    expect(await other.run('SELECT COUNT(*) FROM tx')).toEqual([['0']]);
    await session.run('ROLLBACK');
    expect(await session.run('SELECT COUNT(*) FROM tx')).toEqual([['0']]);
    await other.close();
  });
});

describe('a failed statement leaves its transaction open, and its earlier work committable', () => {
  const start = async (name: string): Promise<void> => {
    await session.run(`CREATE OR REPLACE TABLE ${name} (id INT, v VARCHAR(3))`);
    await session.run(`INSERT INTO ${name} VALUES (1, 'a'), (2, 'b')`);
    await session.run('BEGIN');
    await session.run(`INSERT INTO ${name} VALUES (3, 'c')`);
    await session.run(`UPDATE ${name} SET v = 'bb' WHERE id = 2`);
    await session.run(`DELETE FROM ${name} WHERE id = 1`);
  };
  const committed = [
    ['2', 'bb'],
    ['3', 'c'],
  ];
  const failures = [
    ["INSERT INTO ft SELECT id, 'too long' FROM ft", '100078'],
    ['INSERT INTO ft SELECT TO_NUMBER(v), v FROM ft', '100038'],
    ['UPDATE ft SET id = 1 / (id - 3)', '100051'],
    ['DELETE FROM ft WHERE TO_DATE(v) IS NULL', '100040'],
    [
      'MERGE INTO ft USING (SELECT 2 AS i UNION ALL SELECT 2) s ON id = i WHEN MATCHED THEN UPDATE SET v = NULL',
      '100090',
    ],
    ['SELECT TO_DATE(v) FROM ft', '100040'],
    ['SELECT nothing FROM ft', '000904'],
    ['INSERT INTO nowhere VALUES (1)', '002003'],
  ] as const;

  it.each(failures)('%s', async (sql, code) => {
    await start('ft');
    expect(await session.failure(sql)).toMatch(new RegExp(`^${code}: `));
    expect(await session.run('SELECT * FROM ft ORDER BY id')).toEqual(committed);
    const other = await session.another();
    expect(await other.run('SELECT COUNT(*), MAX(v) FROM ft')).toEqual([['2', 'b']]);
    await session.run('COMMIT');
    expect(await other.run('SELECT * FROM ft ORDER BY id')).toEqual(committed);
    await other.close();
  });

  it('ROLLBACK takes all back, what stood before the failure too', async () => {
    await start('fr');
    await session.failure("INSERT INTO fr VALUES (4, 'too long')");
    await session.run('ROLLBACK');
    expect(await session.run('SELECT * FROM fr ORDER BY id')).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
  });

  it('each statement sees what others have committed before it', async () => {
    await session.run('CREATE OR REPLACE TABLE rc (id INT)');
    const other = await session.another();
    await session.run('BEGIN');
    expect(await session.run('SELECT COUNT(*) FROM rc')).toEqual([['0']]);
    await other.run('INSERT INTO rc VALUES (1)');
    expect(await session.run('SELECT COUNT(*) FROM rc')).toEqual([['1']]);
    await session.run('COMMIT');
    await other.close();
  });
});
