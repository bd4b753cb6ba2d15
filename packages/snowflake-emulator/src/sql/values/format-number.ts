/** TO_CHAR of a number: how each element of a format model prints. See `number-model.ts`. */
import { plainText, powerOf, roundText, shift } from './decimal-text.ts';
import { isHex, readNumberModel, UnsupportedModel, type ModelElement } from './number-model.ts';

/** `FIXED` keeps the zeros of a NUMBER's scale; `REAL` is a double with all its digits. */
export type NumberKind = 'FIXED' | 'REAL';

export function formatNumber(text: string, model: string, kind: NumberKind): string {
  const elements = readNumberModel(model);
  const percent = elements.some((each) => each.kind === '%');
  const number = /\d/.test(text) ? plainText(text) : undefined;
  const value = percent && number !== undefined ? shift(number, 2) : number;
  const minimal = elements.find((each) => each.kind === 'minimal');
  if (minimal !== undefined) return printMinimal(value ?? text, { elements, kind, minimal });
  return print(elements, layout(elements, value));
}

/** What is printed: digits for each place, undefined for overflow. */
interface Digits {
  readonly negative: boolean;
  /** One character a place; a blank is a place that shows nothing. */
  readonly places: string;
  readonly exponent: number;
}

function layout(elements: readonly ModelElement[], value: string | undefined): Digits {
  const digits = elements.filter((each) => each.kind === 'digit');
  const overflow = (negative: boolean): Digits => ({
    negative,
    places: '#'.repeat(digits.length),
    exponent: Number.NaN,
  });
  if (value === undefined) return overflow(false);
  if (isHex(elements)) return hexDigits(elements, value) ?? overflow(value.startsWith('-'));
  const point = elements.findIndex((each) => each.kind === 'point');
  const wholePlaces = elements
    .slice(0, point < 0 ? undefined : point)
    .filter((each) => each.kind === 'digit').length;
  const scale = digits.length - wholePlaces;
  const normal = normalised(elements, value, { wholePlaces, scale });
  const [whole = '0', fraction = ''] = normal.text.replace('-', '').split('.');
  if (whole.length > wholePlaces && whole !== '0') return overflow(normal.text.startsWith('-'));
  const zeroShows = !elements.some((each) => each.kind === 'B');
  const front = leading(whole === '0' && !zeroShows ? '' : whole, digits.slice(0, wholePlaces));
  const back = trailing(fraction, digits.slice(wholePlaces));
  return {
    negative: normal.text.startsWith('-'),
    places: front + back,
    exponent: normal.exponent,
  };
}

/** With an exponent, the value has one digit before the point, 1 to 9 unless it is zero. */
function normalised(
  elements: readonly ModelElement[],
  value: string,
  size: { wholePlaces: number; scale: number },
): { text: string; exponent: number } {
  const hasExponent = elements.some((each) => each.kind === 'exponent');
  if (!hasExponent) return { text: roundText(value, size.scale), exponent: 0 };
  if (size.wholePlaces !== 1) {
    throw new UnsupportedModel('an exponent after more than one digit before the point');
  }
  const power = powerOf(value);
  const text = roundText(shift(value, -power), size.scale);
  const carried = text.replace('-', '').split('.')[0]?.length === 2;
  return carried
    ? { text: roundText(shift(text, -1), size.scale), exponent: power + 1 }
    : { text, exponent: power };
}

type Digit = Extract<ModelElement, { kind: 'digit' }>;

/** Zeros that lead are blanks under 9, from the first 0 on they show. */
function leading(digits: string, places: readonly Digit[]): string {
  const firstZero = places.findIndex(({ char }) => char === '0');
  const shown = firstZero < 0 ? 0 : places.length - firstZero;
  return digits
    .padStart(shown, '0')
    .padStart(places.length, ' ')
    .slice(-places.length || Infinity);
}

/** Zeros at the end are blanks under 9, up to the last 0 they show. */
function trailing(digits: string, places: readonly Digit[]): string {
  const shown = places.findLastIndex(({ char }) => char === '0') + 1;
  const bare = digits.replace(/0+$/, '');
  return bare.padEnd(shown, '0').padEnd(places.length, ' ');
}

/** Negative numbers are two's complements of as many digits as there are, unless a sign is printed. */
function hexDigits(elements: readonly ModelElement[], value: string): Digits | undefined {
  const places = elements.filter((each) => each.kind === 'digit');
  const number = BigInt(roundText(value, 0));
  const signed = elements.some((each) => each.kind === 'S' || each.kind === 'MI');
  const size = 1n << BigInt(4 * places.length);
  const fits = signed ? -size < number : -size / 2n <= number;
  if (!fits || number >= size) return undefined;
  const unsigned = number >= 0n ? number : signed ? -number : size + number;
  const digits = leading(unsigned.toString(16), places);
  const cased = places.map((place, i) => {
    const next = places.slice(i).find(({ char }) => char !== '0') ?? place;
    return next.char === 'x' ? digits.charAt(i) : digits.charAt(i).toUpperCase();
  });
  return { negative: number < 0n, places: cased.join(''), exponent: 0 };
}

/** Goes through the elements; the sign and a `$` float to the first digit that shows. */
class Printer {
  readonly #negative: boolean;
  #result = '';
  #compact = false;
  #floating: string[] = [];
  shown = false;

  constructor(negative: boolean) {
    this.#negative = negative;
  }

  toggle(): void {
    this.#compact = !this.#compact;
  }

  blank(count = 1): void {
    if (!this.#compact) this.#result += ' '.repeat(count);
  }

  text(text: string): void {
    this.#result += text;
  }

  float(kind: 'sign' | 'S' | '$'): void {
    this.#floating.push(kind);
  }

  /** What has been floating stands before the first character of the number. */
  number(text: string): void {
    for (const kind of this.#floating) {
      if (kind === '$') this.text('$');
      else this.sign(kind === 'S' ? 'S' : 'MI');
    }
    this.#floating = [];
    this.shown = true;
    this.text(text);
  }

  sign(kind: 'S' | 'MI'): void {
    if (this.#negative) this.text('-');
    else if (kind === 'S') this.text('+');
    else this.blank();
  }

  get result(): string {
    return this.#result;
  }
}

function print(elements: readonly ModelElement[], digits: Digits): string {
  const printer = new Printer(digits.negative);
  const explicit = elements.some((each) => each.kind === 'S' || each.kind === 'MI');
  if (!explicit && !isHex(elements)) printer.float('sign');
  let place = 0;
  for (const element of elements) {
    if (element.kind === 'digit') {
      const char = digits.places.charAt(place);
      place += 1;
      if (char === ' ') printer.blank();
      else printer.number(char);
    } else printElement(printer, element, { digits, started: place > 0 });
  }
  return printer.result;
}

function printElement(
  printer: Printer,
  element: Exclude<ModelElement, { kind: 'digit' }>,
  { digits, started }: { digits: Digits; started: boolean },
): void {
  switch (element.kind) {
    case 'point':
      return printer.number('.');
    case 'group':
      return printer.shown ? printer.text(',') : printer.blank();
    case '$':
    case 'S':
      if (!started) return printer.float(element.kind);
      return element.kind === '$' ? printer.text('$') : printer.sign('S');
    case 'MI':
      return printer.sign('MI');
    case '%':
      return printer.text('%');
    case 'exponent':
      return printExponent(printer, element, digits.exponent);
    case 'text':
      return printer.text(element.text);
    case 'FM':
      return printer.toggle();
    default:
  }
}

/** `EE` has as many digits as it needs, and blanks to five places; others a sign and all digits. */
function printExponent(
  printer: Printer,
  { letter, width }: { letter: string; width: number },
  exponent: number,
): void {
  if (width === 2) {
    const text = Number.isNaN(exponent) ? '#' : String(exponent);
    printer.text(`${letter}${text}`);
    return printer.blank(Math.max(0, 4 - text.length));
  }
  const digits = String(Math.abs(exponent)).padStart(width - 2, '0');
  const overflow = Number.isNaN(exponent) || digits.length > width - 2;
  const shown = overflow ? '#'.repeat(width - 2) : digits;
  printer.text(`${letter}${exponent < 0 ? '-' : '+'}${shown}`);
}

interface Minimal {
  readonly elements: readonly ModelElement[];
  readonly kind: NumberKind;
  readonly minimal: Extract<ModelElement, { kind: 'minimal' }>;
}

/** TM9, TME, TM: as many digits as the value has; a sign only where it is negative. */
function printMinimal(value: string, { elements, kind, minimal }: Minimal): string {
  if (elements.some((each) => each.kind === 'B')) throw new UnsupportedModel('B with TM');
  const negative = value.startsWith('-');
  const printer = new Printer(negative);
  const explicit = elements.some((each) => each.kind === 'S' || each.kind === 'MI');
  if (negative && !explicit) printer.float('sign');
  const size = value.replace('-', '');
  let started = false;
  for (const element of elements) {
    if (element.kind === 'minimal') {
      started = true;
      printer.number(minimalText(size, minimal, kind));
    } else if (element.kind !== 'digit') {
      printElement(printer, element, {
        digits: { negative: false, places: '', exponent: 0 },
        started,
      });
    }
  }
  return printer.result;
}

function minimalText(size: string, { form, lower }: Minimal['minimal'], kind: NumberKind): string {
  if (!/\d/.test(size)) return size;
  const scientific = scientificText(size, lower);
  if (form === 'TME') return scientific;
  if (kind === 'FIXED') return size;
  const power = powerOf(size);
  const isLong = power >= 15 || power < -6;
  if (form === 'TM9' && isLong) throw new UnsupportedModel(`TM9 of a FLOAT as large as E${power}`);
  return form === 'TM' && (isLong || scientific.length < size.length) ? scientific : size;
}

/** `1.5E0`: one digit before the point, without zeros at the end. */
function scientificText(size: string, lower: boolean): string {
  const power = powerOf(size);
  const [whole = '0', fraction = ''] = shift(size, -power).split('.');
  const bare = fraction.replace(/0+$/, '');
  return `${whole}${bare === '' ? '' : `.${bare}`}${lower ? 'e' : 'E'}${power}`;
}
