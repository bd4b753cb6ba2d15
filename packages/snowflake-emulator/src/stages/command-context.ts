/** What the handler of a stage command is given. */

import type { ExecuteRequest } from '../engine/contract.ts';
import type { EngineSession } from '../sql/statement-handler.ts';
import type { StageStore } from './stage-store.ts';

export interface CommandContext {
  readonly store: StageStore;
  readonly session: EngineSession;
  readonly request: ExecuteRequest;
  readonly signal: AbortSignal;
}
