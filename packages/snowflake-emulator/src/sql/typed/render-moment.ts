import { readFormat, type FormatElement } from '../values/format-elements.ts';
import { quoteText } from './typed.ts';

/** DuckDB SQL for what a moment's text is made of. */
export interface MomentParts {
  /** The wall clock as DuckDB's TIMESTAMP, whole seconds. */
  readonly clock: string;
  /** Nanoseconds within the second; undefined where there are none. */
  readonly nanos?: string;
  /** Minutes east of UTC; undefined where there is no zone. */
  readonly offset?: string;
}

/** Elements that strftime knows. `%` itself is doubled there. */
const STRFTIME: Readonly<Partial<Record<FormatElement['kind'], string>>> = {
  YYYY: '%Y',
  YY: '%y',
  MM: '%m',
  MON: '%b',
  MMMM: '%B',
  DD: '%d',
  DY: '%a',
  HH24: '%H',
  HH12: '%I',
  AM: '%p',
  MI: '%M',
  SS: '%S',
};

/** DuckDB SQL for the text of a moment in a Snowflake format; neighbours share one strftime. */
export function renderMoment(parts: MomentParts, format: string): string {
  const pieces: string[] = [];
  let pattern = '';
  const flush = (): void => {
    if (pattern !== '') pieces.push(clockText(parts.clock, pattern));
    pattern = '';
  };
  for (const element of readFormat(format)) {
    const known = STRFTIME[element.kind];
    if (element.kind === 'text') pattern += element.text.replaceAll('%', '%%');
    else if (known !== undefined) pattern += known;
    else {
      flush();
      pieces.push(special(element, parts));
    }
  }
  flush();
  return pieces.length === 0 ? "''" : `(${pieces.join(' || ')})`;
}

/**
 * A year before 1 shows as the year of its era: 0 as 0001, -1 as 0002 (measured by
 * mlorek/frostlake, DateYearTextTest). DuckDB writes such years otherwise.
 */
function clockText(clock: string, pattern: string): string {
  const text = `strftime(${clock}, ${quoteText(pattern)})`;
  if (!/%[Yy]/.test(pattern)) return text;
  const marked = pattern.replaceAll('%Y', '\u0001').replaceAll('%y', '\u0002');
  const year = `format('{:04d}', 1 - year(${clock}))`;
  const early = `replace(replace(strftime(${clock}, ${quoteText(marked)}), chr(1), ${year}), chr(2), right(${year}, 2))`;
  return `CASE WHEN year(${clock}) > 0 THEN ${text} ELSE ${early} END`;
}

function special(element: FormatElement, parts: MomentParts): string {
  if (element.kind === 'fraction') return fraction(parts.nanos, element.digits);
  const { offset } = parts;
  if (offset === undefined) return "''";
  switch (element.kind) {
    case 'TZH:TZM':
      return `sf_offset_text(${offset}, ':')`;
    case 'TZHTZM':
      return `sf_offset_text(${offset}, '')`;
    case 'TZH':
      return `left(sf_offset_digits(${offset}, ''), 3)`;
    default:
      return `right(sf_offset_digits(${offset}, ''), 2)`;
  }
}

/** Further digits are cut off, not rounded. */
function fraction(nanos: string | undefined, digits: number): string {
  if (digits === 0) return "''";
  if (nanos === undefined) return quoteText('0'.repeat(digits));
  const all = `lpad(CAST(${nanos} AS VARCHAR), 9, '0')`;
  return digits === 9 ? all : `left(${all}, ${digits})`;
}
