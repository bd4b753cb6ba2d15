import type { Client } from 'pg';

import type { HostileTable } from './hostile-table.ts';

/** What differs from what was given, said so that it can be reproduced; at most ten lines. */
export async function differences(
  client: Client,
  name: string,
  { columns, rows }: HostileTable,
): Promise<string[]> {
  const found: string[] = [];
  const { rows: read } = await client.query<(string | null)[]>({
    text: `SELECT ${columns.map((_, index) => `c${index}::text`).join(', ')} FROM ${name} ORDER BY id`,
    rowMode: 'array',
  });
  if (read.length !== rows.length) found.push(`${read.length} rows of ${rows.length}`);
  for (const [index, { type, compare }] of columns.entries()) {
    const given = rows.map((row) => row[index] ?? null);
    const expected = given.map((value) => value?.expected ?? null);
    const same =
      compare === 'json'
        ? await sameJson(client, name, { column: `c${index}`, expected })
        : (row: number) => {
            const [left, right] = [read[row]?.[index] ?? null, expected[row] ?? null];
            if (compare !== 'float' || left === null || right === null) return left === right;
            // Whether Snowflake keeps the sign of zero is not documented; its value is the same.
            return Object.is(Number(left) + 0, Number(right) + 0);
          };
    for (const [row, value] of expected.entries()) {
      if (same(row) || found.length >= 10) continue;
      const got = JSON.stringify(read[row]?.[index]);
      const from = JSON.stringify(given[row]?.given);
      found.push(`row ${row}, ${type}: ${from} became ${got}, not ${JSON.stringify(value)}`);
    }
  }
  return found;
}

/** jsonb knows no order of keys and every digit of a number; here PostgreSQL parses our own text. */
async function sameJson(
  client: Client,
  name: string,
  { column, expected }: { column: string; expected: readonly (string | null)[] },
): Promise<(row: number) => boolean> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT e.id::int FROM unnest($1::text[]) WITH ORDINALITY AS e (json, id)
     LEFT JOIN ${name} t ON t.id = e.id - 1
     WHERE t.${column}::jsonb IS DISTINCT FROM e.json::jsonb`,
    [expected],
  );
  const wrong = new Set(rows.map(({ id }) => id - 1));
  return (row) => !wrong.has(row);
}
