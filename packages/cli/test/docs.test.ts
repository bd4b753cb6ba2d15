import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Parser, type Interfaces } from '@oclif/core';
import { errorCatalog, parseConfig } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { commands } from '../src/commands.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].map(
  (page) => [page, readFileSync(root + page, 'utf8')] as const,
);

interface Piece {
  readonly page: string;
  readonly text: string;
}

function blocks(language: string): readonly Piece[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gmsu');
  return pages.flatMap(([page, text]) =>
    Array.from(text.matchAll(fence), ([, inner = '']) => ({ page, text: inner })),
  );
}

describe('configurations of the pages', () => {
  const whole = ['json', 'yaml'].flatMap((language) =>
    blocks(language)
      .filter(({ text }) => /"?sources"?:/u.test(text) && /"?postgres"?:/u.test(text))
      .map((piece) => ({ ...piece, language })),
  );

  it('are found', () => {
    expect(whole.filter(({ page }) => page === 'docs/quickstart.md').length).toBeGreaterThan(3);
  });

  it.each(whole)('$page: $text', ({ text, language }) => {
    const names = Array.from(
      text.matchAll(/\$\{(\w+)\}/gu),
      ([, name = '']) => [name, 'x'] as const,
    );
    const format = language === 'json' ? 'json' : 'yaml';
    expect(() => parseConfig(text, { env: Object.fromEntries(names), format })).not.toThrow();
  });
});

/** What stands in blocks for a shell, and in backquotes within the text. */
const lines: readonly Piece[] = [
  ...blocks('sh').flatMap(({ page, text }) =>
    text
      .replaceAll(/\\\n\s*/gu, '')
      .split('\n')
      .map((line) => ({ page, text: line.replace(/(?:^|\s)#.*$/u, '') })),
  ),
  ...pages.flatMap(([page, text]) =>
    Array.from(text.matchAll(/`(snowmelt [^`\n]+)`/gu), ([, line = '']) => ({ page, text: line })),
  ),
];

describe('command lines of the pages', () => {
  const calls = lines.flatMap(({ page, text }) => {
    const [, call] =
      /(?:^|[;&|]\s*|npx )snowmelt( [^|;&<>]*)/u.exec(text.replace(/\d?>.*$/u, '')) ?? [];
    return call === undefined ? [] : [{ page, call: call.trim() }];
  });

  it('are found', () => {
    expect(calls.length).toBeGreaterThan(40);
  });

  it.each(calls)('$page: snowmelt $call', async ({ call }) => {
    const words = call.split(/\s+/u);
    const depth = [3, 2, 1].find((count) =>
      Object.hasOwn(commands, words.slice(0, count).join(':')),
    );
    // `snowmelt --version` and `snowmelt help` belong to no command; `snowmelt rejects` names three.
    if (/^(?:--\w+|help)/u.test(call)) return;
    if (Object.keys(commands).some((id) => id.startsWith(`${words.join(':')}:`))) return;
    const command = commands[words.slice(0, depth ?? 1).join(':')];
    if (command === undefined) expect.fail(`there is no command ${call}`);
    const argv = words.slice(depth).map((word) => (word === 'N' ? '5' : word));
    const input = {
      flags: { ...command.baseFlags, ...command.flags },
      args: command.args,
      strict: true,
    };
    const withJson = argv.filter((word) => word !== '--json' || !command.enableJsonFlag);
    await expect(
      Parser.parse(withJson, input as Interfaces.Input<never, never, never>),
    ).resolves.toBeDefined();
  });
});

describe('docs/troubleshooting.md', () => {
  const text = readFileSync(`${root}docs/troubleshooting.md`, 'utf8');
  const rows = text.split('\n').filter((line) => /^\| `[A-Z]+\.[A-Z_]+` \|/u.test(line));

  it('has a line for every code there is, with what is seen, why, and what to do', () => {
    const codes = rows.map((row) => /`([A-Z_.]+)`/u.exec(row)?.[1]);
    expect(new Set(codes)).toEqual(new Set(Object.keys(errorCatalog)));
    expect(codes).toHaveLength(new Set(codes).size);
    for (const row of rows) {
      const cells = row
        .split('|')
        .slice(2, -1)
        .map((cell) => cell.trim());
      expect(cells, row).toHaveLength(3);
      for (const cell of cells) expect(cell, row).toMatch(/\S{2}/u);
    }
  });
});
