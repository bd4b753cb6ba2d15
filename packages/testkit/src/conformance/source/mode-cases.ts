import type { ExtractMode } from '@snowmelt/core';

import type { Cases, Skip } from '../cases.ts';
import type { WholeSourceHarness } from './source-harness.ts';

export interface ModeCase {
  (harness: WholeSourceHarness, extract: ExtractMode, skip: Skip): Promise<void>;
  readonly needs?: readonly string[];
}

export type ModeCases = Readonly<Record<string, ModeCase>>;

/** Cases of reading, for one way of reading; skipped where the source does not have it. */
export function casesOf(extract: ExtractMode, cases: ModeCases): Cases<WholeSourceHarness> {
  const entries = Object.entries(cases).map(([title, run]) => {
    const inMode = async (harness: WholeSourceHarness, skip: Skip) => {
      if (!harness.extracts.includes(extract)) skip(`the source does not ${extract}`);
      await run(harness, extract, skip);
    };
    return [title, Object.assign(inMode, { needs: run.needs ?? [] })] as const;
  });
  return Object.fromEntries(entries);
}
