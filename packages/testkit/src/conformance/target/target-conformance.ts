import { needing, registerSuite, type Cases } from '../cases.ts';
import { anewCases } from './anew-cases.ts';
import { changesCases } from './changes-cases.ts';
import { failureCases } from './failure-cases.ts';
import { limitCases } from './limit-cases.ts';
import { divideCases, loadCases } from './load-cases.ts';
import { memoryCases } from './memory-cases.ts';
import { mergeCases, watermarkCases } from './merge-cases.ts';
import { missingCases } from './missing-cases.ts';
import { overtakenCases } from './overtaken-cases.ts';
import { prepareCases } from './prepare-cases.ts';
import { digestCases, publishCases, typeCases } from './publish-cases.ts';
import { rejectCases } from './reject-cases.ts';
import { swapCases } from './swap-cases.ts';
import { wholeHarness, type TargetHarness, type WholeTargetHarness } from './target-harness.ts';
import { valueCases } from './value-cases.ts';

/** By what they are about; those of a capability run where the target has it. */
export const targetGroups: Readonly<Record<string, Cases<WholeTargetHarness>>> = {
  prepare: prepareCases,
  restart: anewCases,
  load: loadCases,
  divides: divideCases,
  values: valueCases,
  failures: failureCases,
  publish: publishCases,
  overtaken: overtakenCases,
  limits: needing(['limits'], limitCases),
  createsTables: typeCases,
  merges: needing(['merges'], mergeCases),
  watermarks: needing(['merges', 'watermarks'], watermarkCases),
  swaps: needing(['swaps'], swapCases),
  changes: needing(['changes'], changesCases),
  deletesMissing: needing(['merges', 'deletesMissing'], missingCases),
  rejects: needing(['rejects'], rejectCases),
  digests: digestCases,
  memory: memoryCases,
};

/**
 * Registers what every `Target` must keep, and what it must that has a capability. Call it at the top
 * level of a test file.
 */
export function targetConformance(name: string, makeHarness: () => Promise<TargetHarness>): void {
  registerSuite({
    name: `${name} keeps the Target contract`,
    makeHarness: async () => wholeHarness(await makeHarness()),
    groups: targetGroups,
  });
}
