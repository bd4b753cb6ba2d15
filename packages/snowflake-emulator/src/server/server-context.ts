import type { SqlEngine } from '../engine/contract.ts';
import type { FaultRegistry } from '../faults/fault-registry.ts';
import type { Log } from './emulator-options.ts';
import type { Presigner } from './presigned-urls.ts';
import type { QueryRegistry } from './queries.ts';
import type { SessionStore } from './sessions.ts';
import type { StatsRecorder } from './stats.ts';
import type { TransferTokens } from './transfer-tokens.ts';
import type { RegisteredUser } from './users.ts';

/** What the routes share. */
export interface ServerContext {
  readonly account: string;
  readonly users: ReadonlyMap<string, RegisteredUser>;
  readonly engine: SqlEngine;
  readonly sessions: SessionStore;
  readonly queries: QueryRegistry;
  readonly presigner: Presigner;
  readonly transferTokens: TransferTokens;
  readonly faults: FaultRegistry;
  readonly stats: StatsRecorder;
  readonly log: Log;
  readonly longPollSeconds: number;
  readonly chunkUrlSeconds: number;
  /** Base of the URLs handed out, without a slash at its end; known once the server listens. */
  baseUrl(): string;
}
