import { z } from 'zod';

import type { NamedRows } from '../result/query-rows.ts';

/** What a probe has to work with: one session for all of them, and names of objects that go with it. */
export interface Bench {
  readonly ask: (sql: string) => Promise<NamedRows>;
  /** The same in another session, which chose no warehouse. */
  readonly askIdle: (sql: string) => Promise<NamedRows>;
  /** Of a temporary stage, quoted. */
  readonly stage: string;
  /** Of a temporary table that records its changes, quoted. */
  readonly table: string;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** Something that only the server at hand can tell. */
export interface ProbeSpec {
  readonly name: string;
  /** In words, for people. */
  readonly asks: string;
  /** What Snowmelt counts on, in the form of `ask`'s answer. */
  readonly expected: string;
  /** What follows where it is otherwise. */
  readonly meaning: string;
  /** Free of names, secrets and data. Throws where the server does not let it be asked. */
  readonly ask: (bench: Bench) => Promise<string>;
  /** Where more answers than `expected` serve as well. */
  readonly agrees?: (got: string) => boolean;
}

/** The text of one SQL expression. */
export function valueOf(expression: string): ProbeSpec['ask'] {
  return async ({ ask }) => textOf(await ask(`SELECT ${expression} AS "GOT"`));
}

export function textOf(rows: NamedRows): string {
  if (rows.length === 0) return 'no row';
  const value = rows[0]?.['got'];
  return value === null ? 'NULL' : z.coerce.string().parse(value);
}
