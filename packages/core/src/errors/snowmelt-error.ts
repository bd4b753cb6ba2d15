import { errorCatalog, type ErrorCode, type Retry } from './catalog.ts';

const mark = Symbol.for('snowmelt.error');

/** Where it happened, as far as it is known. */
export interface ErrorPlace {
  readonly run?: string;
  readonly table?: string;
  readonly chunk?: string;
  readonly column?: string;
}

export interface SnowmeltErrorOptions {
  readonly cause?: unknown;
  readonly place?: ErrorPlace;
  /** Where the catalogue's general advice can be made specific. */
  readonly fix?: string;
  readonly retry?: Retry;
}

/**
 * An expected failure: it has a code, says what happened and where, and what to do. Whatever is
 * not one of these is a bug, keeps its stack and stops the run.
 */
export class SnowmeltError extends Error {
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly fix: string;
  readonly place: ErrorPlace;
  /** Recognised by this mark, since two copies of the package may be loaded. */
  readonly [mark] = true;

  constructor(code: ErrorCode, message: string, options: SnowmeltErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'SnowmeltError';
    this.code = code;
    this.retry = options.retry ?? errorCatalog[code].retry;
    this.fix = options.fix ?? errorCatalog[code].fix;
    this.place = options.place ?? {};
  }

  /** The same error with its place filled in; what is known already stays. */
  at(place: ErrorPlace): SnowmeltError {
    return new SnowmeltError(this.code, this.message, {
      cause: this.cause ?? this,
      fix: this.fix,
      retry: this.retry,
      place: { ...place, ...this.place },
    });
  }
}

export function isSnowmeltError(error: unknown): error is SnowmeltError {
  return typeof error === 'object' && error !== null && mark in error;
}
