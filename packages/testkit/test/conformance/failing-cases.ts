import { lacking, type Cases, type Opening } from '../../src/conformance/cases.ts';

/** Titles of the cases that a harness fails: a suite that lets a defect pass is itself defective. */
export async function failingCases<Harness extends Opening>(
  groups: Readonly<Record<string, Cases<Harness>>>,
  makeHarness: () => Harness,
): Promise<string[]> {
  const failing: string[] = [];
  const skip = (reason: string): never => {
    throw new Error(reason);
  };
  for (const [title, run] of Object.values(groups).flatMap((cases) => Object.entries(cases))) {
    await using harness = makeHarness();
    if ((await lacking(run, harness)).length > 0) continue;
    await run(harness, skip).catch(() => failing.push(title));
  }
  return failing;
}
