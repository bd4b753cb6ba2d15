import type { ConnectionOptions } from 'snowflake-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { connect, failureOf, type DriverSession } from '../server/driver.ts';
import { startTestEmulator } from '../server/test-emulator.ts';

/** What a real account answers, as somebody outside of this project has measured or documented it. */
export interface Fact {
  /** The behaviour in words: the test's name. */
  readonly name: string;
  /** Statements before it, in the same session; an error in one fails the fact. */
  readonly setup?: readonly string[];
  readonly sql: string;
  readonly expect: Expectation;
  /** The project and its test, or the page of Snowflake's documentation. */
  readonly source: string;
}

export interface Expectation {
  /** The first column of the first row. */
  readonly value?: string | null;
  readonly rows?: readonly (readonly (string | null)[])[];
  /** Whether the order of `rows` counts. */
  readonly ordered?: boolean;
  readonly rowCount?: number;
  readonly columns?: readonly string[];
  readonly columnsInclude?: readonly string[];
  readonly error?: FactError;
}

interface FactError {
  readonly code?: string;
  readonly sqlState?: string;
  readonly messageContains?: string;
}

/** Facts that are an expression and its value each, of one source. */
export function valuesOf(
  source: string,
  values: readonly (readonly [expression: string, value: string | null])[],
  setup: readonly string[] = [],
): Fact[] {
  return values.map(([expression, value]) => ({
    name: `${expression} is ${value}`,
    setup,
    sql: `SELECT ${expression}`,
    expect: { value },
    source,
  }));
}

interface Answer {
  readonly columns: string[];
  readonly rows: (string | null)[][];
}

/** Runs each fact through the real driver, in a database and a schema of its own. */
export function testFacts(title: string, facts: readonly Fact[]): void {
  describe(title, () => {
    let emulator: Emulator;
    beforeAll(async () => {
      emulator = await startTestEmulator();
    });
    afterAll(async () => emulator.close());
    it.each(facts.map((fact, at) => [fact.name, fact, at] as const))('%s', async (_, fact, at) => {
      await using session = await connect(emulator, everythingAsText);
      await prepare(session, `FACT_${at}`, fact.setup ?? []);
      await check(session, fact);
    });
  });
}

/** As the drivers of other languages show values. */
const everythingAsText: Partial<ConnectionOptions> = {
  representNullAsStringNull: false,
  fetchAsString: ['String', 'Boolean', 'Number', 'Date', 'JSON', 'Buffer'],
};

async function prepare(
  session: DriverSession,
  database: string,
  statements: readonly string[],
): Promise<void> {
  const all = [`CREATE DATABASE ${database}`, `CREATE SCHEMA ${database}.FACTS`, ...statements];
  for (const sql of all) {
    await session.query(sql).catch((cause: unknown) => {
      throw new Error(`set-up failed: ${sql}`, { cause });
    });
  }
}

async function ask(session: DriverSession, sql: string): Promise<Answer> {
  const { rows, statement } = await session.query(sql, { rowMode: 'array' });
  return {
    columns: (statement.getColumns() ?? []).map((column) => column.getName()),
    rows: rows.map((row) => Object.values(row).map(asText)),
  };
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value.toString('hex').toUpperCase();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function check(session: DriverSession, { sql, expect: expected }: Fact): Promise<void> {
  if (expected.error !== undefined) return checkError(ask(session, sql), expected.error);
  const { columns, rows } = await ask(session, sql);
  if (expected.value !== undefined) expect(rows[0]?.[0]).toBe(expected.value);
  if (expected.rows !== undefined) {
    const order = (list: Answer['rows']) => (expected.ordered === true ? list : sorted(list));
    expect(order(rows)).toEqual(order(expected.rows.map((row) => [...row])));
  }
  if (expected.rowCount !== undefined) expect(rows).toHaveLength(expected.rowCount);
  if (expected.columns !== undefined) expect(columns).toEqual(expected.columns);
  if (expected.columnsInclude !== undefined) {
    expect(columns).toEqual(expect.arrayContaining([...expected.columnsInclude]));
  }
}

async function checkError(work: Promise<Answer>, expected: FactError): Promise<void> {
  const answer = await failureOf(work);
  const plain = (code: unknown) => String(code).replace(/^0+/, '');
  if (expected.code !== undefined) expect(plain(answer.code)).toBe(plain(expected.code));
  if (expected.sqlState !== undefined) expect(answer.sqlState).toBe(expected.sqlState);
  const contained = expected.messageContains?.toLowerCase() ?? '';
  expect(answer.message.toLowerCase()).toContain(contained);
}

function sorted(rows: Answer['rows']): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
