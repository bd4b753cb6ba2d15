/**
 * Doubles as C's printf writes them: rounded half to even on the exact binary value, an exponent of
 * two digits at least. JavaScript rounds ties up, and writes shorter exponents.
 */

/** `%.<digits>e` of a finite double. */
export function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = rounded(value, digits).split('e');
  return `${signOf(value)}${mantissa}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`;
}

/** `%.<digits>g` of a finite double. */
export function general(value: number, digits: number): string {
  const text = scientific(value, digits - 1);
  const [mantissa = '', exponent = ''] = text.split('e');
  const power = Number(exponent);
  if (power < -4 || power >= digits) return `${withoutZeros(mantissa)}e${exponent}`;
  const shown = text.replace(/e.*$/, '').replace(/^-/, '').replace('.', '');
  const plain =
    power < 0
      ? `0.${'0'.repeat(-power - 1)}${shown}`
      : `${shown.slice(0, power + 1)}.${shown.slice(power + 1)}`;
  return `${signOf(value)}${withoutZeros(plain)}`;
}

function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? '-' : '';
}

function withoutZeros(text: string): string {
  return text.replace(/\.?0*$/, '');
}

/** The magnitude by toExponential, a tie going to the even digit. */
function rounded(value: number, digits: number): string {
  const magnitude = Math.abs(value);
  const up = magnitude.toExponential(digits);
  if (!isTie(magnitude, digits)) return up;
  const [mantissa = '', exponent = ''] = magnitude.toExponential(digits + 1).split('e');
  const down = mantissa.slice(0, -1).replace(/\.$/, '');
  return /[02468]$/.test(down) ? `${down}e${exponent}` : up;
}

/** Whether the exact value lies halfway: what follows the digits is a 5 and nothing more. */
function isTie(magnitude: number, digits: number): boolean {
  // Four digits more tell nearly all others apart, in a tenth of the time.
  if (!/50{3}e/.test(magnitude.toExponential(digits + 4))) return false;
  // oxlint-disable-next-line number-arg-out-of-range -- 100 digits since ES2018; a tie has 17
  const [mantissa = ''] = magnitude.toExponential(100).split('e');
  return /^50*$/.test(mantissa.replace('.', '').slice(digits + 1));
}
