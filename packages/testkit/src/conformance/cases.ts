import { describe, it } from 'vitest';

/** What a case may say instead of failing: the harness can't show this, and why. */
export type Skip = (reason: string) => never;

/** Promises, each with what must hold: it throws where it does not. */
export type Cases<Harness> = Readonly<
  Record<string, (harness: Harness, skip: Skip) => Promise<void>>
>;

export interface Suite<Harness> {
  readonly name: string;
  /** Called anew for every case, so that none sees what another left. */
  readonly makeHarness: () => Promise<Harness>;
  readonly groups: Readonly<Record<string, Cases<Harness>>>;
}

/** Registers a suite with vitest: a `describe` a group, an `it` a case. */
export function registerSuite<Harness extends AsyncDisposable>(suite: Suite<Harness>): void {
  describe(suite.name, () => {
    for (const [group, cases] of Object.entries(suite.groups)) {
      describe(group, () => registerCases(cases, suite.makeHarness));
    }
  });
}

function registerCases<Harness extends AsyncDisposable>(
  cases: Cases<Harness>,
  makeHarness: () => Promise<Harness>,
): void {
  for (const [title, run] of Object.entries(cases)) {
    it(title, async ({ skip }) => {
      await using harness = await makeHarness();
      await run(harness, skip);
    });
  }
}
