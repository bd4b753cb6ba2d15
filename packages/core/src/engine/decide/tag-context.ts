import type { WorkContext } from '../../contract/work-context.ts';
import type { TableJob } from '../../contract/table-job.ts';

/** For the work of one table: what it asks of the source is marked as the table's. */
export function tagContext({ queryTag }: TableJob, context: WorkContext): WorkContext {
  return queryTag === undefined ? context : { ...context, queryTag };
}
