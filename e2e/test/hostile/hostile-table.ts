import * as fc from 'fast-check';

import { hostileColumn, type HostileColumn } from './columns.ts';
import type { Value } from './value.ts';

export interface HostileTable {
  readonly columns: readonly HostileColumn[];
  /** A value for each column, or NULL. */
  readonly rows: readonly (readonly (Value | null)[])[];
}

export function hostileTable(width: number, height: number): fc.Arbitrary<HostileTable> {
  return fc.array(hostileColumn, { minLength: width, maxLength: width }).chain((columns) => {
    const row = fc.tuple(...columns.map(({ value }) => fc.option(value, { freq: 8, nil: null })));
    return fc
      .array(row, { minLength: height, maxLength: height, size: 'max' })
      .map((rows) => ({ columns, rows }));
  });
}

const literal = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '\\x00')}'`;

/** Snowflake SQL that makes the table `name` and fills it; ID counts the rows from 0. */
export function* createHostileTable(name: string, { columns, rows }: HostileTable) {
  const defined = columns.map(({ type }, index) => `C${index} ${type}`);
  yield `CREATE OR REPLACE TABLE ${name} (ID NUMBER(10,0), ${defined.join(', ')})`;
  const casts = columns.map(({ type, cast }, index) => {
    const text = `COLUMN${index + 2}::VARCHAR`;
    return cast === undefined ? `${text}::${type}` : cast(text);
  });
  const batch = 250;
  for (let from = 0; from < rows.length; from += batch) {
    const values = rows.slice(from, from + batch).map((row, index) => {
      const texts = row.map((value) => (value === null ? 'NULL' : literal(value.given)));
      return `(${[String(from + index), ...texts].join(', ')})`;
    });
    yield `INSERT INTO ${name} SELECT COLUMN1, ${casts.join(', ')} FROM VALUES ${values.join(', ')}`;
  }
}
