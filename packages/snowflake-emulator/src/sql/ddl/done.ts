import type { StatementResult } from '../../engine/contract.ts';
import { rowsResult, textColumn } from '../statement-handler.ts';

/** The one row that statements of definition answer. */
export function done(text = 'Statement executed successfully.'): StatementResult {
  return rowsResult([textColumn('status')], [[text]]);
}
