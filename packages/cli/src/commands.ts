import type { Command } from '@oclif/core';

import { commandList } from './command-list.ts';

type Loaded = readonly [id: string, command: typeof Command];

/** All of them, for help and completion. */
export const commands: Readonly<Record<string, typeof Command>> = Object.fromEntries(
  await Promise.all(
    Object.entries(commandList).map(async ([id, load]): Promise<Loaded> => [
      id,
      (await load()).default,
    ]),
  ),
);
