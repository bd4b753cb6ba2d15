import type { ClientBase } from 'pg';
import { describe, expect, it } from 'vitest';

import { takeOwnPath, takeRolesPath } from '../src/session-settings.ts';
import { newHand, sessionOn } from '../src/session.ts';

/** A connection that writes down what it is told, and answers as it is given. */
function connection(answer: (sql: string) => unknown = () => undefined) {
  const told: string[] = [];
  const client = {
    async query(sql: string) {
      told.push(sql);
      const given = answer(sql);
      if (given instanceof Error) throw given;
      return given ?? { command: sql.split(' ').at(-1), rows: [] };
    },
  } as unknown as ClientBase;
  const hand = newHand();
  return { told, hand, session: sessionOn(client, hand) };
}

const refused = (code: string) => Object.assign(new Error('no'), { severity: 'ERROR', code });

describe('a transaction', () => {
  it('changes the path where statements of users and of ours take turns, and for COMMIT', async () => {
    const { told, session } = connection();
    await session.transaction(async () => {
      await session.query('a');
      await session.onTable('b');
      await session.onTable('c');
      await session.query('d');
      await session.savepoint('ROLLBACK TO SAVEPOINT x');
      await session.rows('e');
    });
    expect(told).toEqual([
      'BEGIN READ WRITE',
      'a',
      takeRolesPath,
      'b',
      'c',
      takeOwnPath,
      'd',
      'ROLLBACK TO SAVEPOINT x',
      takeOwnPath,
      'e',
      `${takeRolesPath} COMMIT`,
    ]);
  });

  it('P2: a COMMIT that is answered with ROLLBACK is no success', async () => {
    const { session } = connection((sql) =>
      sql === 'COMMIT' ? { command: 'ROLLBACK' } : undefined,
    );
    await expect(session.transaction(async () => 1)).rejects.toThrow('answered with ROLLBACK');
  });

  it('rolls back what fails, and its connection goes on to other work', async () => {
    const { told, hand, session } = connection((sql) =>
      sql === 'a' ? refused('23505') : undefined,
    );
    await expect(session.transaction(() => session.query('a'))).rejects.toThrow('no');
    expect(told).toEqual(['BEGIN READ WRITE', 'a', 'ROLLBACK']);
    expect(hand).toMatchObject({ broken: false, path: takeOwnPath, onTable: false });
  });

  it.each(['25006', '57P01', '57P03'])(
    'P4: after %s the connection is not used again: a new one may come to the new primary',
    async (code) => {
      const { told, hand, session } = connection(() => refused(code));
      await expect(session.transaction(async () => 1)).rejects.toThrow('no');
      expect(told).toEqual(['BEGIN READ WRITE']);
      expect(hand.broken).toBe(true);
    },
  );
});
