import { needing, registerSuite, type Cases } from '../cases.ts';
import { changesCases } from './changes-cases.ts';
import { chunkCases, divideCases, releaseCases } from './chunk-cases.ts';
import { describeCases } from './describe-cases.ts';
import { casesOf, type ModeCase } from './mode-cases.ts';
import { digestCases, filterCases, limitCases, readCases } from './read-cases.ts';
import { snapshotCases } from './snapshot-cases.ts';
import { wholeHarness, type SourceHarness, type WholeSourceHarness } from './source-harness.ts';
import { toldCases } from './told-cases.ts';
import { watermarkCases } from './watermark-cases.ts';

const byMode = {
  read: readCases,
  chunks: chunkCases,
  filters: filterCases,
  limits: limitCases,
  pins: needing<ModeCase>(['pins'], snapshotCases),
  watermarks: watermarkCases,
  changes: needing<ModeCase>(['changes', 'pins'], changesCases),
  digests: digestCases,
  divides: divideCases,
  extracts: releaseCases,
};

/** By what they are about; those of a capability run where the source has it. */
export const sourceGroups: Readonly<Record<string, Cases<WholeSourceHarness>>> = {
  describe: describeCases,
  told: toldCases,
  ...Object.fromEntries(
    Object.entries(byMode).flatMap(([about, cases]) =>
      (['query', 'unload'] as const).map((extract) => [
        `${about} by ${extract}`,
        casesOf(extract, cases),
      ]),
    ),
  ),
};

/**
 * Registers what every `Source` must keep, and what it must that has a capability. Call it at the top
 * level of a test file.
 */
export function sourceConformance(name: string, makeHarness: () => Promise<SourceHarness>): void {
  registerSuite({
    name: `${name} keeps the Source contract`,
    makeHarness: async () => wholeHarness(await makeHarness()),
    groups: sourceGroups,
  });
}
