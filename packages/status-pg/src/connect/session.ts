import type { Ask } from '@snowmelt/pg-connection';
import type { ClientBase, QueryResultRow } from 'pg';

/** One connection for the length of a piece of work. */
export interface Session {
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export type Work<T> = (session: Session, again: boolean) => Promise<T>;

export function sessionOf(client: ClientBase): Session {
  return {
    async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) {
      // Without values the simple protocol takes several statements at once, as migrations are.
      const result = await (values.length === 0
        ? client.query<Row>(text)
        : client.query<Row>(text, [...values]));
      return result.rows;
    },
  };
}

export async function inTransaction<T>(
  session: Session,
  again: boolean,
  work: Work<T>,
): Promise<T> {
  // The role or the database may have default_transaction_read_only.
  await session.query('BEGIN READ WRITE');
  try {
    const result = await work(session, again);
    await session.query('COMMIT');
    return result;
  } catch (error) {
    // On a broken connection this fails too, and the server rolls back by itself.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** What is asked of a schema of our own, as all adapters do. */
export function asking(session: Session): Ask {
  return <Row extends object>(sql: string, values?: readonly unknown[]) =>
    session.query<Row & QueryResultRow>(sql, values);
}
