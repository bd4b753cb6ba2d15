import type { Adapters } from '../../contract/adapters.ts';
import type { RunId } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import type { MigrationRequest } from '../run/migration-request.ts';
import { runMigration } from '../run/run-migration.ts';
import type { RunReport } from '../table/run-report.ts';

export interface FinishRequest extends Omit<MigrationRequest, 'resume' | 'carried'> {
  readonly run: RunId;
  readonly holdSeconds: number;
}

/**
 * The last step: takes the run that is kept for it, loads what no batch has loaded, compares,
 * publishes and closes it. Of two at once the second one is refused (`RUN.TABLE_BUSY`). Where
 * `lastCall` stops it, the run is kept for another call: `RunReport.stopped`.
 */
export function finishRun(
  request: FinishRequest,
  adapters: Adapters,
  context: WorkContext,
): Promise<RunReport> {
  const resume = { mode: 'run', run: request.run } as const;
  return runMigration({ ...request, resume }, adapters, context);
}
