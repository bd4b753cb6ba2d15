import { z } from 'zod';

import { globalShape } from './schema/config.ts';
import { postgresShape } from './schema/postgres.ts';
import { snowflakeShape } from './schema/snowflake.ts';
import { sourceShape } from './schema/source.ts';
import { tableShape } from './schema/table.ts';

type Lenient<Shape extends z.core.$ZodShape> = {
  [Key in keyof Shape]: z.ZodType<z.output<Shape[Key]> | undefined>;
};

/**
 * A view of a part of the file in which whatever is not usable is undefined, so that rules over
 * several keys are checked, and told, together with the errors of single keys.
 */
function lenient<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Lenient<Shape>> {
  const entries = Object.entries(shape).map(([key, schema]) => [
    key,
    (schema as z.ZodType).optional().catch(undefined),
  ]);
  return z.object(Object.fromEntries(entries) as Lenient<Shape>);
}

const tableView = lenient(tableShape);
const sourceView = lenient({ ...sourceShape, tables: z.array(tableView) });
const snowflakeView = lenient(snowflakeShape);
const postgresView = lenient(postgresShape);

export const fileView = lenient({
  ...globalShape,
  snowflake: snowflakeView,
  postgres: postgresView,
  sources: z.array(sourceView),
});

export type FileView = z.output<typeof fileView>;
export type TableView = z.output<typeof tableView>;
export type SourceView = z.output<typeof sourceView>;
export type SnowflakeView = z.output<typeof snowflakeView>;
export type PostgresView = z.output<typeof postgresView>;
