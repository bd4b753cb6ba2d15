import type { Command } from '@oclif/core';
import { describe, expect, it } from 'vitest';

import { commands } from '../src/commands.ts';

interface FlagFacts {
  readonly type: string;
  readonly char?: string;
  readonly options?: readonly string[];
  readonly default?: unknown;
  readonly multiple?: boolean;
  readonly exclusive?: readonly string[];
}

/** What scripts of users rely on: a line a flag. */
function factsOf(id: string, command: typeof Command): readonly string[] {
  const flags = Object.entries(command.flags ?? {}).map(([name, flag]) => {
    const { type, char, options, default: value, multiple, exclusive } = flag as FlagFacts;
    return [
      `${id.replaceAll(':', ' ')} --${name}`,
      ...(char === undefined ? [] : [`-${char}`]),
      type === 'boolean' ? 'yes or no' : (options?.join('|') ?? 'text'),
      ...(multiple === true ? ['repeatable'] : []),
      ...(value === undefined ? [] : [`default ${JSON.stringify(value)}`]),
      ...(exclusive === undefined ? [] : [`not with ${exclusive.join(', ')}`]),
    ].join('; ');
  });
  return command.enableJsonFlag ? [...flags, `${id.replaceAll(':', ' ')} --json`] : flags;
}

describe('commands', () => {
  it('commands and flags are those that users know', async () => {
    const lines = Object.entries(commands).flatMap(([id, command]) => factsOf(id, command));
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('commands.snapshot.txt');
  });

  it.each(Object.entries(commands))('%s says what it does and gives examples', (_, command) => {
    expect(command.summary).toMatch(/\.$/);
    expect(command.examples?.length).toBeGreaterThan(0);
    for (const flag of Object.values(command.flags ?? {})) {
      expect(flag.summary ?? flag.description).toMatch(/\S/);
    }
  });
});
