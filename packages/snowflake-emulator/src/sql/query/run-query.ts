import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { StatementResult, WireRow } from '../../engine/contract.ts';
import type { QueryPlan } from '../typed/typed.ts';
import { cancelled, translateError } from '../session/translate-error.ts';
import { resultColumn, wireText } from './wire.ts';

/** https://docs.snowflake.com statement types: SELECT is 4096 (0x1000). */
export const SELECT_TYPE = 4096;

export interface QuerySource {
  /** A connection for this query alone. */
  readonly open: () => Promise<DuckDBConnection>;
  readonly close: (connection: DuckDBConnection, finished: boolean) => void;
  readonly signal: AbortSignal;
  readonly onRows?: (rows: readonly WireRow[]) => void;
  readonly onEnd?: (error: unknown) => void;
}

/** The plan with each column as the text that a result carries. */
function wireSql(plan: QueryPlan): string {
  const list = plan.columns.map(
    ({ physical, type }) => `${wireText(`q."${physical}"`, type)} AS "${physical}"`,
  );
  return `SELECT ${list.join(', ')} FROM (${plan.sql}) q`;
}

/**
 * Starts a query and gives its rows as they come. The first chunk is waited for, so that an error of
 * compilation, or of the first rows, is thrown here.
 */
export async function runQuery(plan: QueryPlan, source: QuerySource): Promise<StatementResult> {
  const { signal } = source;
  if (signal.aborted) throw cancelled();
  const connection = await source.open();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  const finish = (error?: unknown): void => {
    signal.removeEventListener('abort', interrupt);
    source.close(connection, error === undefined);
    source.onEnd?.(error);
  };
  try {
    const sql = wireSql(plan);
    const result = await connection.stream(sql);
    const first = await result.fetchChunk();
    const next = (): Promise<DuckDBDataChunk | null> => result.fetchChunk();
    return {
      statementTypeId: SELECT_TYPE,
      columns: plan.columns.map(({ name, type, nullable }) => resultColumn(name, type, nullable)),
      batches: readBatches(first, next, { ...source, onEnd: finish }),
    };
  } catch (error) {
    const translated = translateError(signal.aborted ? cancelled() : error);
    finish(translated);
    throw translated;
  }
}

async function* readBatches(
  first: DuckDBDataChunk | null,
  next: () => Promise<DuckDBDataChunk | null>,
  source: QuerySource,
): AsyncGenerator<readonly WireRow[]> {
  let failure: unknown = new Error('the result was not read to its end');
  try {
    for (let chunk = first; chunk !== null && chunk.rowCount > 0; chunk = await next()) {
      if (source.signal.aborted) throw cancelled();
      const rows = readRows(chunk);
      source.onRows?.(rows);
      yield rows;
    }
    failure = undefined;
  } catch (error) {
    failure = translateError(source.signal.aborted ? cancelled() : error);
    throw failure;
  } finally {
    source.onEnd?.(failure);
  }
}

function readRows(chunk: DuckDBDataChunk): WireRow[] {
  const columns = Array.from({ length: chunk.columnCount }, (_, i) => chunk.getColumnValues(i));
  const rows: (string | null)[][] = [];
  for (let row = 0; row < chunk.rowCount; row += 1) {
    rows.push(columns.map((column) => (column[row] ?? null) as string | null));
  }
  return rows;
}
