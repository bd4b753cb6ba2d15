import { compilationError, unsupported } from '../unsupported.ts';

const SENSITIVITY = ['cs', 'ci', 'as', 'ai', 'ps', 'pi', 'fl', 'fu'];
/** Options that change a text before it is compared. */
export const CHANGES = ['upper', 'lower', 'trim', 'ltrim', 'rtrim'];

export interface CollationOptions {
  readonly locale: string | undefined;
  readonly set: ReadonlySet<string>;
}

export function optionsOf(spec: string): CollationOptions {
  const [first = '', ...rest] = spec.toLowerCase().split('-');
  const isOption = SENSITIVITY.includes(first) || CHANGES.includes(first);
  const locale = isOption || first === '' || first === 'utf8' ? undefined : first;
  return { locale, set: new Set(isOption ? [first, ...rest] : rest) };
}

/** A specification as it is kept; '' and `utf8` are no collation. */
export function readCollation(spec: string): string {
  const { locale, set } = optionsOf(spec);
  for (const option of set) {
    if (!SENSITIVITY.includes(option) && !CHANGES.includes(option)) {
      throw compilationError(`Unknown option: ${option}`, '001007', '22023');
    }
    if (locale === undefined && SENSITIVITY.includes(option)) {
      throw compilationError(`collation option '${option}' needs a locale`, '001007', '22023');
    }
  }
  if (locale !== undefined) checkLocale(locale);
  return locale === undefined && set.size === 0 ? '' : spec;
}

function checkLocale(locale: string): void {
  try {
    if (Intl.Collator.supportedLocalesOf(locale.replace('_', '-')).length > 0) return;
  } catch {
    // No tag of a language: refused below.
  }
  throw unsupported(`the collation locale '${locale}'`);
}
