import { describe, it } from 'vitest';

/** What a case may say instead of failing: the harness can't show this, and why. */
export type Skip = (reason: string) => never;

/** A promise: throws where it does not hold. `needs`: capabilities without which it says nothing. */
export interface Case<Harness> {
  (harness: Harness, skip: Skip): Promise<void>;
  readonly needs?: readonly string[];
}

export type Cases<Harness> = Readonly<Record<string, Case<Harness>>>;

/** Anything that is run with a harness. */
interface Needing {
  (...args: never[]): Promise<void>;
  readonly needs?: readonly string[];
}

/** Cases of adapters that have these capabilities. */
export function needing<Run extends Needing>(
  needs: readonly string[],
  cases: Readonly<Record<string, Run>>,
): Readonly<Record<string, Run>> {
  const entries = Object.entries(cases).map(([title, run]) => {
    const copy = (...args: Parameters<Run>) => run(...args);
    return [title, Object.assign(copy, { needs: [...needs, ...(run.needs ?? [])] })] as const;
  });
  return Object.fromEntries(entries) as unknown as Readonly<Record<string, Run>>;
}

/** Whose adapters are asked which capabilities they have. */
export interface Opening extends AsyncDisposable {
  open(): Promise<object>;
}

export interface Suite<Harness> {
  readonly name: string;
  /** Called anew for every case, so that none sees what another left. */
  readonly makeHarness: () => Promise<Harness>;
  readonly groups: Readonly<Record<string, Cases<Harness>>>;
}

/** Registers a suite with vitest: a `describe` a group, an `it` a case. */
export function registerSuite<Harness extends Opening>(suite: Suite<Harness>): void {
  describe(suite.name, () => {
    for (const [group, cases] of Object.entries(suite.groups)) {
      describe(group, () => registerCases(cases, suite.makeHarness));
    }
  });
}

function registerCases<Harness extends Opening>(
  cases: Cases<Harness>,
  makeHarness: () => Promise<Harness>,
): void {
  for (const [title, run] of Object.entries(cases)) {
    it(title, async ({ skip }) => {
      await using harness = await makeHarness();
      const lacks = await lacking(run, harness);
      if (lacks.length > 0) skip(`the adapter has no ${lacks.join(', ')}`);
      await run(harness, skip);
    });
  }
}

/** Nobody says of a capability that it is not to be tested: where it is found, its cases run. */
export async function lacking<Harness extends Opening>(
  { needs = [] }: Case<Harness>,
  harness: Harness,
): Promise<readonly string[]> {
  if (needs.length === 0) return [];
  const adapter = await harness.open();
  return needs.filter((name) => Reflect.get(adapter, name) === undefined);
}
