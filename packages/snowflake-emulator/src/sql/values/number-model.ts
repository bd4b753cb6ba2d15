/**
 * Numeric format models. https://docs.snowflake.com/en/sql-reference/sql-format-models; what that
 * page leaves open is as measured by mlorek/frostlake (docs/functions.md, "TO_CHAR").
 */
export type ModelElement =
  /** A place for a digit: `0` shows zeros, `9` and `X` don't. */
  | { readonly kind: 'digit'; readonly char: '0' | '9' | 'X' | 'x' }
  | { readonly kind: 'point' | 'group' | '$' | '%' | 'B' | 'S' | 'MI' | 'FM' | 'FX' }
  | { readonly kind: 'exponent'; readonly letter: string; readonly width: number }
  | { readonly kind: 'minimal'; readonly form: 'TM' | 'TM9' | 'TME'; readonly lower: boolean }
  | { readonly kind: 'text'; readonly text: string };

/** A model that Snowflake refuses; the message is what follows the colon in its own words. */
export class ModelError extends Error {}

/** A model whose meaning is documented, or measured, nowhere. */
export class UnsupportedModel extends Error {}

const TOKEN =
  /"((?:[^"]|"")*)"|(TM9\([^)]*\))|(TM[9E]?)|(FM|FX|MI)|(E{2,7})|([09X])|([.D])|([,G])|([BS$%])|(_)|([;:\-=/()])|(\|)|([A-Z]\w*)|([\s\S])/giy;

const cache = new Map<string, readonly ModelElement[]>();

export function readNumberModel(model: string): readonly ModelElement[] {
  const known = cache.get(model);
  if (known !== undefined) return known;
  const elements: ModelElement[] = [];
  for (const found of model.matchAll(TOKEN)) {
    const element = elementOf(found, elements);
    if (element !== undefined) elements.push(element);
  }
  checkModel(model, elements);
  cache.set(model, elements);
  return elements;
}

function elementOf(
  found: RegExpMatchArray,
  before: readonly ModelElement[],
): ModelElement | undefined {
  const [all, quoted, parameters, minimal, modifier, exponent, digit, point, group, sign] = found;
  const [skip, symbol, pipe, word] = found.slice(10);
  const upper = all.toUpperCase();
  if (quoted !== undefined) return { kind: 'text', text: quoted.replaceAll('""', '"') };
  if (parameters !== undefined) throw new UnsupportedModel(all);
  if (minimal !== undefined) {
    return { kind: 'minimal', form: upper as 'TM', lower: all.startsWith('t') };
  }
  if (modifier !== undefined) return { kind: upper as 'FM' };
  if (exponent !== undefined) {
    return { kind: 'exponent', letter: all.charAt(0), width: exponent.length };
  }
  if (digit !== undefined) return { kind: 'digit', char: digit as '9' };
  const started = before.some(({ kind }) => kind === 'digit');
  if (point !== undefined)
    return started || upper === 'D' ? { kind: 'point' } : { kind: 'text', text: all };
  if (group !== undefined)
    return started || upper === 'G' ? { kind: 'group' } : { kind: 'text', text: all };
  if (sign !== undefined) return { kind: upper as 'B' };
  if (skip !== undefined) return undefined;
  if (symbol !== undefined) return { kind: 'text', text: all };
  if (pipe !== undefined) throw new UnsupportedModel('several models in one');
  throw new ModelError(
    word === undefined ? `invalid character: '${all}'` : `invalid numeric format keyword: '${all}'`,
  );
}

const ONCE = ['point', '$', '%', 'B', 'S', 'MI', 'exponent', 'minimal'];

function checkModel(model: string, elements: readonly ModelElement[]): void {
  const count = (kind: string): number => elements.filter((each) => each.kind === kind).length;
  const repeated = ONCE.find((kind) => count(kind) > 1);
  if (repeated !== undefined) throw new ModelError('repeated format element');
  if (count('S') > 0 && count('MI') > 0) throw new ModelError('conflicting format elements');
  if (model === '') return;
  if (count('digit') + count('minimal') === 0) throw new ModelError('no digit element');
  if (count('minimal') > 0 && count('digit') > 0) throw new ModelError('mixed format elements');
  if (isHex(elements)) {
    const mixed = elements.some((each) => each.kind === 'digit' && each.char === '9');
    if (mixed || count('point') > 0 || count('exponent') > 0) {
      throw new ModelError('mixed format elements');
    }
  }
}

export function isHex(elements: readonly ModelElement[]): boolean {
  return elements.some((each) => each.kind === 'digit' && /x/i.test(each.char));
}
