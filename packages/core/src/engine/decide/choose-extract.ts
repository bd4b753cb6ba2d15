import type { ExtractChoice } from '../../contract/source.ts';
import type { ReadOptions } from '../../contract/table-plan.ts';
import type { TableSchema } from '../../contract/table-schema.ts';
import type { DecideContext } from './decide-context.ts';

/** How the rows are read; a source that extracts nothing has one way only. */
export async function chooseExtract(
  schema: TableSchema,
  read: ReadOptions,
  { source, context }: Pick<DecideContext, 'source' | 'context'>,
): Promise<ExtractChoice> {
  return (await source.extracts?.choose(schema, read, context)) ?? { extract: 'query' };
}
