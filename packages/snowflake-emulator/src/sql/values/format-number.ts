/**
 * Fixed-position numeric formats: digits `9 0`, `. , D G`, `$`, `S MI`, `X`, `B`, and the
 * text-minimal TM, TM9, TME.
 * https://docs.snowflake.com/en/sql-reference/sql-format-models#numeric-format-models
 */

/** Undefined if the format has an element that is not covered. */
export function formatNumber(text: string, format: string): string | undefined {
  const upper = format.toUpperCase();
  if (upper === 'TM' || upper === 'TM9') return text;
  if (upper === 'TME') return minimalScientific(text, format.endsWith('e'));
  const blank = upper.startsWith('FM') ? '' : ' ';
  const model = format.replace(/^fm/i, '');
  if (/^[0X]*X[0X]*$/i.test(model)) return formatHex(text, model, blank);
  return /^(\$|S|MI)?[0-9,.DG]*(S|MI)?$/i.test(model) ? formatFixed(text, model, blank) : undefined;
}

/** `1.5E0`: as many digits as the double needs. */
function minimalScientific(text: string, lower: boolean): string {
  if (!/\d/.test(text)) return text;
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(text) ?? [];
  const scientific = whole === '' ? Number(text).toExponential() : exact(sign, whole, fraction);
  const tidy = scientific.replace('e+', 'e');
  return lower ? tidy : tidy.replace('e', 'E');
}

/** Of a decimal, whose digits a double may not hold. */
function exact(sign: string, whole: string, fraction: string): string {
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (digits === '') return '0e0';
  const leading = `${whole}${fraction}`.length - digits.length;
  const tail = digits.slice(1).replace(/0+$/, '');
  const mantissa = tail === '' ? digits.charAt(0) : `${digits.charAt(0)}.${tail}`;
  return `${sign}${mantissa}e${whole.length - 1 - leading}`;
}

function formatHex(text: string, model: string, blank: string): string {
  const value = BigInt(text.split('.')[0] ?? '0');
  const digits = (value < 0n ? -value : value).toString(16);
  const cased = model.includes('x') ? digits : digits.toUpperCase();
  if (digits.length > model.length) return '#'.repeat(model.length + 1);
  const width = model.includes('0') ? model.length - model.indexOf('0') : 0;
  const sign = value < 0n ? '-' : blank;
  const padded = cased.padStart(width, '0');
  return blank === ''
    ? `${value < 0n ? '-' : ''}${padded}`
    : padded.padStart(model.length, ' ').replace(/^/, sign);
}

interface Model {
  readonly whole: string;
  readonly fraction: string;
  readonly dollar: boolean;
  readonly sign: 'leading' | 'S-front' | 'S-back' | 'MI';
}

function readModel(model: string): Model {
  const upper = model.toUpperCase();
  const bare = upper
    .replace(/^(\$|S|MI)/, '')
    .replace(/(S|MI)$/, '')
    .replaceAll('D', '.')
    .replaceAll('G', ',');
  const [whole = '', fraction = ''] = bare.split('.');
  if (upper.startsWith('MI')) return { whole, fraction, dollar: false, sign: 'leading' };
  const back = upper.endsWith('MI')
    ? 'MI'
    : upper.endsWith('S') && upper !== 'S'
      ? 'S-back'
      : 'leading';
  return {
    whole,
    fraction,
    dollar: upper.startsWith('$'),
    sign: upper.startsWith('S') ? 'S-front' : back,
  };
}

function formatFixed(text: string, format: string, blank: string): string {
  const model = readModel(format);
  const rounded = roundText(text, model.fraction.length);
  const negative = rounded.startsWith('-');
  const [digits = '0', decimals = ''] = rounded.replace('-', '').split('.');
  const whole = layout(digits, model.whole, blank);
  if (whole === undefined) return '#'.repeat(format.length + 1);
  const point = model.fraction === '' ? '' : `.${decimals}`;
  const body = `${whole}${point}`;
  return withSign(body, model, { negative, blank });
}

function withSign(body: string, model: Model, sign: { negative: boolean; blank: string }): string {
  const { negative, blank } = sign;
  const text = body.trimStart();
  const pad = blank === '' ? '' : body.slice(0, body.length - text.length);
  const dollar = model.dollar ? '$' : '';
  switch (model.sign) {
    case 'S-front':
      return `${pad}${negative ? '-' : '+'}${dollar}${text}`;
    case 'S-back':
      return `${pad}${dollar}${text}${negative ? '-' : '+'}`;
    case 'MI':
      return `${pad}${dollar}${text}${negative ? '-' : blank}`;
    case 'leading':
      return `${pad}${negative ? '-' : blank}${dollar}${text}`;
  }
}

/** Digits put in their places; a 0 and all after it show zeros. Undefined if they don't fit. */
function layout(digits: string, model: string, blank: string): string | undefined {
  const places = model.replaceAll(',', '').length;
  const significant = digits === '0' && !model.includes('0') ? '' : digits;
  if (significant.length > places) return undefined;
  const firstZero = model.replaceAll(',', '').search(/0/);
  const zeros = firstZero < 0 ? 0 : places - firstZero;
  const filled = significant.padStart(zeros, '0').padStart(places, ' ');
  let at = 0;
  let result = '';
  for (const place of model) {
    if (place === ',') result += /\d/.test(result) ? ',' : blank;
    else {
      result += filled.charAt(at);
      at += 1;
    }
  }
  return blank === '' ? result.trimStart() : result;
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

function plainText(text: string): string {
  if (!/[eE]/.test(text)) return text;
  const [, sign = '', a = '', b = '', exponent = '0'] =
    /^(-?)(\d+)\.?(\d*)[eE]([+-]?\d+)$/.exec(text) ?? [];
  const shift = Number(exponent);
  const digits = `${a}${b}`;
  const point = a.length + shift;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point)}`;
}
