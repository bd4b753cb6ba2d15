/** Cuts the fraction of a second in a time's text to so many digits; it is never rounded. */
export function cutFraction(text: string | null, digits: number | undefined): string | null {
  if (text === null || digits === undefined) return text;
  return text.replace(/\.(\d+)/, (_, fraction: string) =>
    digits === 0 ? '' : `.${fraction.slice(0, digits)}`,
  );
}
