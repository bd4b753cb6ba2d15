import { SqlError } from '../engine/contract.ts';

/** A refusal of the protocol itself: login, session, or a request that makes no sense. */
export class ProtocolError extends Error {
  readonly code: string;
  /** HTTP status; most of Snowflake's refusals travel under 200. */
  readonly status: number;

  constructor(code: string, message: string, status = 200) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
    this.status = status;
  }
}

/** `SQL execution canceled`: what an aborted statement reports. */
export function canceled(): SqlError {
  return new SqlError('000604', '57014', 'SQL execution canceled');
}

/** A defect of the emulator, reported as the service reports one of its own. */
export function internalError(cause: unknown): SqlError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new SqlError('000603', 'XX000', `SQL execution internal error: ${message}`);
}
