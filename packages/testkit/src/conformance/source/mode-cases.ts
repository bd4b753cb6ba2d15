import type { ExtractMode } from '@snowmelt/core';

import type { Cases, Skip } from '../cases.ts';
import type { SourceHarness } from './source-harness.ts';

export type ModeCase = (harness: SourceHarness, extract: ExtractMode, skip: Skip) => Promise<void>;

/** Cases of reading, for one way of reading; skipped where the source does not have it. */
export function casesOf(
  extract: ExtractMode,
  cases: Readonly<Record<string, ModeCase>>,
): Cases<SourceHarness> {
  const entries = Object.entries(cases).map(([title, run]) => [
    title,
    async (harness: SourceHarness, skip: Skip) => {
      if (!harness.extracts.includes(extract)) skip(`the source does not ${extract}`);
      await run(harness, extract, skip);
    },
  ]);
  return Object.fromEntries(entries) as Cases<SourceHarness>;
}
