import { z } from 'zod';

import type { TableRef, TableSchema, WorkContext } from '@snowmelt/core';

import { queryRows, type NamedRows } from '../connect/query-rows.ts';
import { readAnswer } from '../connect/read-answer.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { quoteTable } from '../sql/quote.ts';
import { describedColumns, type DescribedColumn } from './describe-columns.ts';
import { readStatistics, statisticsQuery, type Statistics } from './statistics.ts';
import { whyUnpinnable } from './why-unpinnable.ts';

/**
 * The schema of a table or view. DESCRIBE TABLE serves views as well and spells every type in
 * full, which INFORMATION_SCHEMA.COLUMNS does not for VECTOR and the structured types. Throws
 * `SOURCE.TABLE_NOT_FOUND`.
 */
export async function describeTable(
  pool: SessionPool,
  ref: TableRef,
  context: WorkContext,
): Promise<TableSchema> {
  const ask = (sql: string) => queryRows(pool, sql, context);
  const described = await ask(`DESCRIBE TABLE ${quoteTable(ref)}`);
  const columns = readAnswer(describedColumns, described, { about: `the columns of ${ref.name}` });
  const statistics = readStatistics(await ask(statisticsQuery(ref)));
  const unpinnable = await whyUnpinnable(pool, { ref, ...statistics }, context);
  return {
    ref,
    kind: kindOf(statistics),
    columns: columns.map(({ column }) => column),
    primaryKey: await primaryKey(ref, columns, ask),
    ...(statistics.rows === undefined ? {} : { estimatedRows: statistics.rows }),
    ...(statistics.bytes === undefined ? {} : { estimatedBytes: statistics.bytes }),
    ...(unpinnable === undefined ? {} : { unpinnable }),
  };
}

function kindOf({ type }: Statistics): TableSchema['kind'] {
  if (type === undefined) return 'other';
  if (type === 'EXTERNAL TABLE') return 'external';
  if (type.endsWith('VIEW')) return 'view';
  return type.endsWith('TABLE') || type.endsWith('TEMPORARY') ? 'table' : 'other';
}

const keyRows = z.array(z.object({ column_name: z.string(), key_sequence: z.coerce.number() }));

/** DESCRIBE tells the members of the key; their order is asked for only where there are several. */
async function primaryKey(
  ref: TableRef,
  columns: readonly DescribedColumn[],
  ask: (sql: string) => Promise<NamedRows>,
): Promise<readonly string[]> {
  const members = columns.filter((entry) => entry.inPrimaryKey).map(({ column }) => column.name);
  if (members.length < 2) return members;
  const rows = await ask(`SHOW PRIMARY KEYS IN TABLE ${quoteTable(ref)}`);
  return readAnswer(keyRows, rows, { about: `the primary key of ${ref.name}` })
    .sort((left, right) => left.key_sequence - right.key_sequence)
    .map((row) => row.column_name);
}
