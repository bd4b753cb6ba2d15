import type { RunObserver } from '@snowmelt/core';

type Told = Record<string, ((...told: readonly unknown[]) => void) | undefined>;

/** One observer that tells all of these, in their order. */
export function tellAll(observers: readonly RunObserver[]): RunObserver {
  const all = observers as readonly Told[];
  const names = new Set(all.flatMap((one) => Object.keys(one)));
  const tell =
    (name: string) =>
    (...told: readonly unknown[]): void => {
      for (const one of all) one[name]?.(...told);
    };
  return Object.fromEntries([...names].map((name) => [name, tell(name)]));
}
