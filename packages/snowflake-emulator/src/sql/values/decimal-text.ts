/** Arithmetic on numbers as decimal text, which keeps every digit. */

/** `1.5e3` as `1500`; text without an exponent stays. */
export function plainText(text: string): string {
  if (!/[eE]/.test(text)) return text;
  const [, sign = '', a = '', b = '', exponent = '0'] =
    /^(-?)(\d+)\.?(\d*)[eE]([+-]?\d+)$/.exec(text) ?? [];
  return shift(`${sign}${a}.${b}`, Number(exponent));
}

/** A plain decimal times ten to the power of `places`. */
export function shift(text: string, places: number): string {
  const [, sign = '', a = '', b = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  const digits = `${a}${b}`;
  const point = a.length + places;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const at = point <= 0 ? 1 : point;
  const [whole, fraction] = [padded.slice(0, at).replace(/^0+(?=\d)/, ''), padded.slice(at)];
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Rounds decimal text half away from zero. */
export function roundText(text: string, scale: number): string {
  const [, sign = '', whole = '0', fraction = ''] =
    /^(-?)(\d+)\.?(\d*)$/.exec(plainText(text)) ?? [];
  const kept = BigInt(`${whole}${fraction.slice(0, scale).padEnd(scale, '0')}`);
  const up = Number(fraction.charAt(scale)) >= 5 ? 1n : 0n;
  const digits = String(kept + up).padStart(scale + 1, '0');
  const body = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return /[1-9]/.test(body) ? `${sign}${body}` : body;
}

/** The power of ten of the first digit that is not 0; 0 for zero. */
export function powerOf(text: string): number {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const significant = whole.replace(/^0+/, '');
  if (significant !== '') return significant.length - 1;
  const zeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  return zeros === fraction.length ? 0 : -zeros - 1;
}
