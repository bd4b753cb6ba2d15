import type { JsonObject, RunId, StatementKeeping, TableKey } from '@snowmelt/core';

import type { Work } from '@snowmelt/pg-connection';
import { noSuchTable } from './record-table.ts';

/** How something is done for a run, while it may be. */
type Within = <T>(run: RunId, work: Work<T>) => Promise<T>;

/** Statements at the source, in the row of their table. Many workers may write there at once. */
export function keptStatements(within: Within): StatementKeeping {
  const change = async (
    { run, table }: { run: RunId; table: TableKey },
    assignment: string,
    values: readonly string[],
  ): Promise<void> => {
    await within(run, (session) =>
      session.rows(
        `UPDATE migration_status.migration_table_status SET source_statements = ${assignment}
         WHERE run_id = $1 AND table_key = $2`,
        [run, table, ...values],
      ),
    );
  };
  return {
    find: (run, table, name) =>
      within(run, async (session) => {
        const [row] = await session.rows<{ statement: JsonObject | null }>(
          `SELECT source_statements -> $3::text AS statement
           FROM migration_status.migration_table_status WHERE run_id = $1 AND table_key = $2`,
          [run, table, name],
        );
        if (row === undefined) throw noSuchTable({ run, table });
        return row.statement ?? undefined;
      }),
    keep: (run, table, name, statement) =>
      change({ run, table }, 'source_statements || jsonb_build_object($3::text, $4::jsonb)', [
        name,
        JSON.stringify(statement),
      ]),
    forget: (run, table, name) => change({ run, table }, 'source_statements - $3::text', [name]),
  };
}
