/** TO_NUMBER with a format model, in lax mode. See `number-model.ts`. */
import { plainText, shift } from './decimal-text.ts';
import { isHex, readNumberModel, UnsupportedModel, type ModelElement } from './number-model.ts';

/** Decimal text; undefined if the text fits none of the models, which `|` separates. */
export function parseNumber(text: string, models: string): string | undefined {
  for (const model of models.split('|')) {
    const elements = readNumberModel(model);
    const unread = elements.find(({ kind }) => ['FX', 'text', '%'].includes(kind));
    if (unread !== undefined) throw new UnsupportedModel(`${unread.kind} in a model to read by`);
    const number = isHex(elements) ? readHex(text, elements) : readDecimal(text, elements);
    if (number !== undefined) return number;
  }
  return undefined;
}

function readHex(text: string, elements: readonly ModelElement[]): string | undefined {
  const places = elements.filter(({ kind }) => kind === 'digit').length;
  const digits = text.trim();
  const fits = digits.length <= places && /^[0-9a-f]+$/i.test(digits);
  return fits ? BigInt(`0x${digits}`).toString() : undefined;
}

interface Found {
  readonly sign: string;
  readonly whole: string;
  readonly fraction: string;
  readonly exponent: string | undefined;
}

const NUMBER = /^([+-]?)\s*(\$?)([\d,]*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?\s*([+-]?)$/;

function readDecimal(text: string, elements: readonly ModelElement[]): string | undefined {
  const [, front = '', dollar, whole = '', fraction = '', exponent, back = ''] =
    NUMBER.exec(text.trim()) ?? [];
  const has = (kind: ModelElement['kind']): boolean => elements.some((each) => each.kind === kind);
  if (whole + fraction === '' || (front !== '' && back !== '')) return undefined;
  if ((dollar === '$') !== has('$') || !signFits(elements, front, back)) return undefined;
  const found = { sign: front + back, whole, fraction, exponent };
  const fits = has('minimal') ? minimalFits(found, elements) : placesFit(found, elements);
  if (!fits) return undefined;
  const digits = `${whole.replaceAll(',', '') || '0'}.${fraction}`.replace(/\.$/, '');
  const number = exponent === undefined ? digits : shift(digits, Number(exponent));
  return found.sign === '-' ? `-${plainText(number)}` : plainText(number);
}

/** Where S or MI stands, a sign may; without them only in front. */
function signFits(elements: readonly ModelElement[], front: string, back: string): boolean {
  const sign = elements.findIndex(({ kind }) => kind === 'S' || kind === 'MI');
  const number = elements.findIndex(({ kind }) => kind === 'digit' || kind === 'minimal');
  return sign > number ? front === '' : back === '';
}

function minimalFits(found: Found, elements: readonly ModelElement[]): boolean {
  const form = elements.flatMap((each) => (each.kind === 'minimal' ? [each.form] : []))[0];
  if (found.whole.includes(',')) return false;
  if (form === 'TM9') return found.exponent === undefined;
  return form === 'TM' || found.exponent !== undefined;
}

/** As many digits as places at most, as many as from the first 0 on at least; groups as they stand. */
function placesFit(found: Found, elements: readonly ModelElement[]): boolean {
  const hasExponent = elements.some(({ kind }) => kind === 'exponent');
  if (hasExponent !== (found.exponent !== undefined)) return false;
  const point = elements.findIndex(({ kind }) => kind === 'point');
  const whole = point < 0 ? elements : elements.slice(0, point);
  const fraction = point < 0 ? [] : placesOf(elements.slice(point));
  const places = placesOf(whole);
  const firstZero = places.indexOf('0');
  const digits = found.whole.replaceAll(',', '');
  const least = firstZero < 0 ? 0 : places.length - firstZero;
  return (
    digits.length <= places.length &&
    digits.length >= least &&
    found.fraction.length <= fraction.length &&
    found.fraction.length >= fraction.lastIndexOf('0') + 1 &&
    (!found.whole.includes(',') || groupsOf(digits, whole) === found.whole)
  );
}

function placesOf(elements: readonly ModelElement[]): readonly string[] {
  return elements.flatMap((each) => (each.kind === 'digit' ? [each.char] : []));
}

/** The digits with the model's separators between them. */
function groupsOf(digits: string, whole: readonly ModelElement[]): string {
  let rest = digits;
  let result = '';
  for (const { kind } of whole.toReversed()) {
    if (rest === '') break;
    if (kind === 'group') result = `,${result}`;
    if (kind !== 'digit') continue;
    result = rest.slice(-1) + result;
    rest = rest.slice(0, -1);
  }
  return result;
}
