import { median } from './measure.ts';

/** What one load of one variant took. */
export interface Taken {
  readonly seconds: number;
  /** Absent: not looked at. */
  readonly walMib?: number;
}

export interface VariantResult {
  /** Times of its rounds over those of the first variant, round by round: below 1 is faster. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
  readonly seconds: number;
  readonly wal_mib?: number;
}

/** All variants in turns, the first one now first and now last: what else a machine does hits each. */
export async function compareVariants<V extends { readonly name: string }>(
  variants: readonly V[],
  { rounds, tell }: { readonly rounds: number; readonly tell: (line: string) => void },
  take: (variant: V) => Promise<Taken>,
): Promise<Record<string, VariantResult>> {
  const taken = variants.map((): Taken[] => []);
  for (let round = 1; round <= rounds; round += 1) {
    const order = [...variants.entries()];
    for (const [at, variant] of round % 2 === 0 ? order.toReversed() : order) {
      const one = await take(variant);
      taken[at]?.push(one);
      tell(`round ${round} ${variant.name}: ${one.seconds.toFixed(2)} s`);
    }
  }
  const [base = []] = taken;
  const results = variants.map(({ name }, at) => [name, summarise(taken[at] ?? [], base)] as const);
  return Object.fromEntries(results);
}

function summarise(taken: readonly Taken[], base: readonly Taken[]): VariantResult {
  const ratios = taken.map(({ seconds }, at) => seconds / (base[at]?.seconds ?? Number.NaN));
  const wal = taken.flatMap(({ walMib }) => walMib ?? []);
  const round = (value: number): number => Number(value.toFixed(2));
  return {
    ratio: round(median(ratios)),
    least: round(Math.min(...ratios)),
    most: round(Math.max(...ratios)),
    seconds: round(median(taken.map(({ seconds }) => seconds))),
    ...(wal.length === 0 ? {} : { wal_mib: Math.round(median(wal)) }),
  };
}
