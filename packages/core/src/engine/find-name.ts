/** The name itself, or the only one that differs from it in nothing but case. */
export function findName(names: readonly string[], wanted: string): string | undefined {
  if (names.includes(wanted)) return wanted;
  const lower = wanted.toLowerCase();
  const same = names.filter((name) => name.toLowerCase() === lower);
  return same.length === 1 ? same[0] : undefined;
}
