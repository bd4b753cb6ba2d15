import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import type { Demo } from '@snowmelt/demo';
import { expect } from 'vitest';

import { textWidth } from '../src/terminal/text-width.ts';
import { openScript, openTerminal } from './terminal.ts';

interface Screen {
  readonly command: string;
  readonly width: number;
  readonly text: string;
}

const widths = [60, 100, 200] as const;
const mark = '%%%';

/** Two names that only their middle tells apart, too long for a narrow table. */
export async function makeLongNames({ emulator, config }: Demo): Promise<void> {
  const { user = '' } = config['snowflake'] as Record<string, string>;
  const session = await emulator.engine.openSession({ user });
  for (const kind of ['CONFIRMED', 'CANCELLED']) {
    const sql = `CREATE TABLE VEGA.PUBLIC.FACT_CUSTOMER_ORDERS_${kind}_BY_REGION
      AS SELECT SEQ8() AS ID, '2026-01-02 03:04:05'::TIMESTAMP_NTZ(9) AS AT9
      FROM TABLE(GENERATOR(ROWCOUNT => 1500))`;
    const result = await session.execute({ queryId: kind, sql }, new AbortController().signal);
    await Array.fromAsync(result.batches);
  }
  await session.close();
}

/** Answers what `init` asks; all that was on its screen of 60 columns. */
export async function typeInit(demo: Demo, cwd: string, typed: string[]): Promise<string> {
  const login = demo.config['snowflake'] as Record<string, string>;
  await writeFile(join(cwd, 'key.p8'), String(login['rsa_key']));
  const at = ['--access-url', String(login['access_url']), '--pg-url', demo.databaseUrl];
  const init = openTerminal(['init', ...typed, ...at], { cwd, columns: 60 });
  await init.answer('Snowflake account', `${String(login['account'])}\r`);
  await init.answer('User:', `${String(login['user'])}\r`);
  await init.answer('Log in with', '\r');
  await init.answer('Private key', 'key.p8\r');
  for (const asked of ['Warehouse', 'Role', 'PostgreSQL']) await init.answer(asked, '\r');
  await init.answer('Schemas', ' ');
  for (const asked of ['VEGA.PUBLIC', 'tables']) await init.answer(asked, '\r');
  await init.ended;
  return init.screen();
}

export interface Commands {
  /** What the second one changes, the first and the third show. */
  readonly before: readonly string[];
  readonly change: string;
  readonly after: readonly string[];
}

/** All at every width; what only shows says the same at each of them. */
export async function expectScreens(
  { before, change, after }: Commands,
  options: { readonly cwd: string; readonly env: Record<string, string>; readonly typed: string[] },
): Promise<void> {
  const screens = await readScreens([before, [change], after], options);
  for (const { width, text } of screens) expectReadable(text, width);
  for (const command of [...before, ...after]) expectSameWords(screens, command);
}

async function readScreens(
  groups: readonly (readonly string[])[],
  options: { readonly cwd: string; readonly env: Record<string, string>; readonly typed: string[] },
): Promise<readonly Screen[]> {
  const { typed, ...place } = options;
  const asked = groups.flatMap((commands) =>
    widths.flatMap((width) =>
      commands.map((command) => ({
        mark,
        width,
        argv: [...command.split(' '), ...typed],
        command,
      })),
    ),
  );
  const terminal = openScript('screens.mjs', [JSON.stringify(asked)], { ...place, columns: 60 });
  await terminal.ended;
  const texts = terminal.screen().split(`${mark}\n`).slice(1);
  expect(texts).toHaveLength(asked.length);
  return asked.map(({ width, command }, at) => ({ width, command, text: texts[at] ?? '' }));
}

/** As a person needs it: inside of the terminal, in columns, and nothing of how it is made. */
export function expectReadable(text: string, width: number): void {
  const lines = stripVTControlCharacters(text).split('\n');
  for (const line of lines) {
    // One word that is longer, as a name with its database and schema, stays whole to be copied.
    if (line.trim().includes(' ')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
    expect(line).not.toMatch(
      /undefined|NaN|Infinity|\[object|oclif|inquirer|node:|^\s+at \S+:\d+/u,
    );
  }
  const tables = lines.flatMap((line, at) => (/^(?:Table|Run) {2,}/u.test(line) ? [at] : []));
  const ends = tables.map((at) => lines.findIndex((line, end) => end > at && line === ''));
  for (const [index, at] of tables.entries()) expectAligned(lines.slice(at, ends[index]));
  const prose = lines.filter(
    (_, at) => !tables.some((from, index) => at >= from && at < (ends[index] ?? 0)),
  );
  for (const line of prose) {
    // The live picture and pairs of columns have columns as well; a comment stands off its command.
    if (!/^[·◦▸✔]|→|#/u.test(line)) expect(line).not.toMatch(/\S {2,}\S/u);
  }
}

/** Between any two titles is a gap that all rows leave open. */
function expectAligned(lines: readonly string[]): void {
  const longest = Math.max(...lines.map((line) => line.length));
  const open = Array.from({ length: longest }, (_, at) =>
    lines.every((line) => (line[at] ?? ' ') === ' ') ? ' ' : 'x',
  ).join('');
  const titles = lines[0]?.split(/ {2,}/u) ?? [];
  expect(open.split(/ {2,}/u), lines.join('\n')).toHaveLength(titles.length);
}

/** What is narrow says nothing that the wide one does not say, unless it shows that it is cut. */
function expectSameWords(screens: readonly Screen[], command: string): void {
  const parts = (text: string): readonly string[] => text.split(/[^\p{L}\p{N}_-]+/u);
  const textAt = (width: number): string =>
    screens.find((one) => one.command === command && one.width === width)?.text ?? '';
  const wide = new Set(parts(textAt(200)));
  expect(wide.size, command).toBeGreaterThan(10);
  expect(textAt(200), command).not.toContain('…');
  for (const width of [60, 100]) {
    // An instant is another one at each width.
    const words = textAt(width).split(/\s+/u);
    const said = words.filter((word) => !/…|^\d{4}-\d\d-\d\dT/u.test(word)).flatMap(parts);
    expect(said.filter((part) => !wide.has(part))).toEqual([]);
  }
}
