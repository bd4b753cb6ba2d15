import { inspect } from 'node:util';

const mark = Symbol.for('snowmelt.secret');
const shown = '***';

/**
 * A value that no printing shows (P7): templates, JSON, `console.log`, structured logs and errors say
 * `***`. Only {@link reveal} gives it, and only an adapter calls it, where it hands the value to its
 * driver. The field is a private one, so that spreading, cloning and enumerating find nothing either.
 */
export class Secret {
  readonly #value: string;
  /** Recognised by this mark, since two copies of the package may be loaded. */
  readonly [mark] = true;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

/** How an adapter takes a secret: the configuration gives the class, its own caller may have a text. */
export type SecretText = string | Secret;

export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && mark in value;
}

export function reveal(value: SecretText): string {
  return isSecret(value) ? value.reveal() : value;
}

export function asSecret(value: SecretText): Secret {
  return isSecret(value) ? value : new Secret(value);
}
