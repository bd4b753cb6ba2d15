/** TO_NUMBER with a format: hexadecimal, or digits with groups, a currency sign and a sign. */

/** Decimal text; undefined if the text does not fit the format. */
export function parseNumber(text: string, format: string): string | undefined {
  const trimmed = text.trim();
  const model = format.replace(/^fm/i, '');
  if (/^[0X]+$/i.test(model) && /x/i.test(model)) {
    const fits = trimmed.length <= model.length && /^[0-9a-f]+$/i.test(trimmed);
    return fits ? BigInt(`0x${trimmed}`).toString() : undefined;
  }
  if (/^TM[9E]?$/i.test(model)) return trimmed;
  const bare = trimmed.replaceAll(/[$,]/g, '');
  const [, front = '', digits, back = ''] = /^([+-]?)(\d*\.?\d+|\d+\.)([+-]?)$/.exec(bare) ?? [];
  if (digits === undefined) return undefined;
  return front === '-' || back === '-' ? `-${digits}` : digits;
}
