import type { ErrorCode } from '../errors/catalog.ts';

/** A wait for another system, and how it ends where that gives no sign. */
export interface WaitLimit {
  readonly what: string;
  /** Default. */
  readonly seconds: number;
  /** Of the configuration. Absent: not to be set. */
  readonly key?: string;
  /** What counts as a sign of life, beside an answer. */
  readonly sign: string;
  readonly ends: ErrorCode;
  /** Event of the log that tells it while it lasts. */
  readonly told: 'waiting' | 'waiting_for_lock' | 'database_away' | 'lease_not_renewed';
}

const network = 'postgres.settings.network_timeout_seconds';
const shown = 'none: the statements are short';
const atWork =
  'a byte; the server, asked beside, shows the statement at work or in a wait of its own';

/**
 * Every wait for another system. The adapters take their defaults from here, and the reference
 * (docs/reference/waits.md) is made of it.
 */
export const waits = {
  'target.connect': {
    what: 'a connection to the target, TLS and login included',
    seconds: 15,
    key: 'postgres.settings.connect_timeout_seconds',
    sign: 'none',
    ends: 'TARGET.UNREACHABLE',
    told: 'database_away',
  },
  'target.statement': {
    what: 'the answer to a statement of the target, an index build too',
    seconds: 60,
    key: network,
    sign: atWork,
    ends: 'TARGET.SILENT',
    told: 'waiting',
  },
  'target.copy': {
    what: 'COPY to take the bytes that are there, and to say that it has them all',
    seconds: 60,
    key: network,
    sign: `${atWork}; bytes that the COPY has taken (pg_stat_progress_copy)`,
    ends: 'TARGET.SILENT',
    told: 'waiting',
  },
  'target.commit': {
    what: 'the answer to COMMIT',
    seconds: 60,
    key: network,
    sign: atWork,
    ends: 'TARGET.SILENT',
    told: 'waiting',
  },
  'target.lock': {
    what: 'a lock of a target table',
    seconds: 60,
    key: 'postgres.settings.lock_timeout_seconds',
    sign: 'none',
    ends: 'TARGET.LOCKED',
    told: 'waiting_for_lock',
  },
  'status.connect': {
    what: 'a connection to the status database',
    seconds: 15,
    key: 'postgres.settings.connect_timeout_seconds',
    sign: 'none',
    ends: 'STATUS.UNREACHABLE',
    told: 'database_away',
  },
  'status.call': {
    what: 'the answer of the status database',
    seconds: 60,
    key: network,
    sign: shown,
    ends: 'STATUS.UNREACHABLE',
    told: 'waiting',
  },
  'status.lease': {
    what: 'the lease of a chunk to be renewed',
    seconds: 60,
    sign: 'none: whoever takes it over needs the chunk',
    ends: 'RUN.LEASE_LOST',
    told: 'lease_not_renewed',
  },
  'source.connect': {
    what: 'a connection to Snowflake',
    seconds: 30,
    key: 'snowflake.login_timeout_seconds',
    sign: 'none',
    ends: 'SOURCE.UNREACHABLE',
    told: 'waiting',
  },
  'source.login': {
    what: 'a login at Snowflake; in a browser two minutes more',
    seconds: 30,
    key: 'snowflake.login_timeout_seconds',
    sign: 'none',
    ends: 'SOURCE.UNREACHABLE',
    told: 'waiting',
  },
  'source.statement': {
    what: 'a statement of Snowflake, or its result',
    seconds: 120,
    key: 'snowflake.network_timeout_seconds',
    sign: 'Snowflake says that it is in progress, running or queued',
    ends: 'SOURCE.NETWORK',
    told: 'waiting',
  },
  'source.first-byte': {
    what: 'the first byte of a part of a result, or of a staged file',
    seconds: 30,
    key: 'snowflake.download_timeout_seconds',
    sign: 'none',
    ends: 'SOURCE.NETWORK',
    told: 'waiting',
  },
  'source.next-byte': {
    what: 'the next byte of it, while it is asked for',
    seconds: 30,
    key: 'snowflake.download_timeout_seconds',
    sign: 'a byte',
    ends: 'SOURCE.STREAM_BROKEN',
    told: 'waiting',
  },
} as const satisfies Readonly<Record<string, WaitLimit>>;

export type WaitName = keyof typeof waits;
