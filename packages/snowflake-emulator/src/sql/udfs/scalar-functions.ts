import { CONVERSIONS } from './conversion-udfs.ts';
import { TEXT_FUNCTIONS } from './text-udfs.ts';
import { VARIANT_FUNCTIONS } from './variant-udfs.ts';
import { type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';

import type { TextFunction } from './text-function.ts';

/** Makes the functions that SQL alone can't express known to DuckDB. Errors are `SF|code|state|text`. */
export function registerScalarFunctions(connection: DuckDBConnection): void {
  const all = { ...CONVERSIONS, ...TEXT_FUNCTIONS, ...VARIANT_FUNCTIONS };
  for (const [name, definition] of Object.entries(all)) register(connection, name, definition);
}

function register(connection: DuckDBConnection, name: string, definition: TextFunction): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      returnType: VARCHAR,
      varArgsType: VARCHAR,
      specialHandling: true,
      mainFunction: (info, input, output) => {
        try {
          const columns = Array.from({ length: input.columnCount }, (_, i) =>
            input.getColumnVector(i),
          );
          for (let row = 0; row < input.rowCount; row += 1) {
            const args = columns.map((column) => column.getItem(row) as string | null);
            const skip = definition.takesNull !== true && (args[0] ?? null) === null;
            output.setItem(row, skip ? null : definition.run(args));
          }
          output.flush();
        } catch (error) {
          info.setError(error instanceof Error ? error.message : String(error));
        }
      },
    }),
  );
}
