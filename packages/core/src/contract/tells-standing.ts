import type { TablePlan } from './table-plan.ts';
import type { WorkContext } from './work-context.ts';

/** What people do to a table that an unfinished run has completed: they empty it, or make it anew. */
export interface TellsStanding {
  /**
   * Whether what the plan's run has completed is there still, told without reading it all. Where it is
   * not, `prepare` begins the table anew, or refuses. `true` of a table that a later run has begun on.
   */
  stands(table: TablePlan, context: WorkContext): Promise<boolean>;
  /**
   * Asked of a table of which the run has loaded something, before it is prepared. Throws
   * `RUN.ROWS_CHANGED` where the ledger knows nothing of the run any more, and rows of it may stand in a
   * table that they would be added to again.
   */
  refuseForgotten(table: TablePlan, context: WorkContext): Promise<void>;
}
