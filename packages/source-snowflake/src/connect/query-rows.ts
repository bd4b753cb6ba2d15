import type { WorkContext } from '@snowmelt/core';

import { translateError, type Doing } from '../errors/translate-error.ts';
import { execute } from './execute.ts';
import type { RowStatement } from './driver.ts';
import type { SessionPool } from './session-pool.ts';

/** A row of a small result by its columns' names in lower case. */
export type NamedRow = Readonly<Record<string, unknown>>;

/** All rows of a small result: metadata, counts, file lists. Never a table's rows (P6). */
export async function queryRows(
  pool: SessionPool,
  sql: string,
  context: WorkContext,
  doing: Doing = 'statement',
): Promise<readonly NamedRow[]> {
  return pool.with(context, async (session) => {
    const statement = await execute(session, sql, context.signal, doing);
    const names = columnNames(statement);
    const rows = await allRows(statement, context.signal);
    return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
  });
}

function columnNames(statement: RowStatement): readonly string[] {
  return (statement.getColumns() ?? []).map((column) => column.getName().toLowerCase());
}

async function allRows(
  statement: RowStatement,
  signal: AbortSignal,
): Promise<readonly (readonly unknown[])[]> {
  const stream = statement.streamRows();
  try {
    return (await stream.toArray({ signal })) as readonly (readonly unknown[])[];
  } catch (error) {
    signal.throwIfAborted();
    throw translateError(error, 'fetching');
  }
}
