import type { Endpoint } from '../faults/fault.ts';

/** One statement that a client asked for, whether it succeeded or not. */
export interface StatementRecord {
  readonly queryId: string;
  readonly requestId: string | undefined;
  readonly sessionId: number;
  readonly user: string;
  readonly sql: string;
  readonly queryTag: string | undefined;
  status: 'running' | 'success' | 'failed' | 'aborted';
  /** Rows of the result; 0 until it is complete. */
  rows: number;
  errorCode: string | undefined;
}

/** What the server was asked for since it started, or since `reset()`. */
export interface EmulatorStats {
  /** Requests that arrived, also those that a fault then cut off. */
  readonly requests: Readonly<Record<Endpoint, number>>;
  /** Each statement that was executed, once: a repeated request is no second statement. */
  readonly statements: readonly StatementRecord[];
  /** Downloads begun per staged file, by its path below the stage root. */
  readonly fileReads: ReadonlyMap<string, number>;
  reset(): void;
}

export interface StatsRecorder extends EmulatorStats {
  countRequest(endpoint: Endpoint): void;
  countFileRead(path: string): void;
  addStatement(record: StatementRecord): void;
}

export function createStats(endpoints: readonly Endpoint[]): StatsRecorder {
  const zero = () => Object.fromEntries(endpoints.map((name) => [name, 0]));
  const requests = zero() as Record<Endpoint, number>;
  const statements: StatementRecord[] = [];
  const fileReads = new Map<string, number>();
  return {
    requests,
    statements,
    fileReads,
    countRequest: (endpoint) => {
      requests[endpoint] += 1;
    },
    countFileRead: (path) => {
      fileReads.set(path, (fileReads.get(path) ?? 0) + 1);
    },
    addStatement: (record) => {
      statements.push(record);
    },
    reset: () => {
      Object.assign(requests, zero());
      statements.length = 0;
      fileReads.clear();
    },
  };
}
