import { unsupported } from '../unsupported.ts';

/**
 * The elements of a date and time format.
 * https://docs.snowflake.com/en/sql-reference/date-time-input-output#about-the-elements-used-in-input-and-output-formats
 */
export type FormatElement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fraction'; readonly digits: number }
  | {
      readonly kind:
        | 'YYYY'
        | 'YY'
        | 'MM'
        | 'MON'
        | 'MMMM'
        | 'DD'
        | 'DY'
        | 'HH24'
        | 'HH12'
        | 'AM'
        | 'MI'
        | 'SS'
        | 'TZH:TZM'
        | 'TZHTZM'
        | 'TZH'
        | 'TZM';
    };

const PATTERN =
  /"([^"]*)"|(YYYY|YY|MMMM|MM|MON|DD|DY|HH24|HH12|HH|AM|PM|MI|SS|TZH:TZM|TZHTZM|TZISO|TZH|TZM)|FF([0-9])?|([\s\S])/giy;

/**
 * Letters that are no element are refused, but for the T and Z of ISO 8601, which stand for
 * themselves: what Snowflake makes of the others is not documented.
 */
function checkLiteral(text: string, format: string): void {
  if (/[A-Za-z]/.test(text) && !/[TtZz]/.test(text)) {
    throw unsupported(`the element '${text}' in the format '${format}'`);
  }
}

/** `HH` alone is HH24 unless the format has AM or PM; FF alone is nine digits. */
export function readFormat(format: string): readonly FormatElement[] {
  const twelve = /AM|PM/i.test(format.replaceAll(/"[^"]*"/g, ''));
  const elements: FormatElement[] = [];
  for (const [, quoted, element, digits, other] of format.matchAll(PATTERN)) {
    if (quoted !== undefined) elements.push({ kind: 'text', text: quoted });
    else if (element !== undefined) elements.push(named(element.toUpperCase(), twelve));
    else if (other === undefined) elements.push({ kind: 'fraction', digits: Number(digits ?? 9) });
    else {
      checkLiteral(other, format);
      elements.push({ kind: 'text', text: other });
    }
  }
  return elements;
}

type Named = Exclude<FormatElement, { kind: 'text' | 'fraction' }>;

function named(element: string, twelve: boolean): Named {
  if (element === 'HH') return { kind: twelve ? 'HH12' : 'HH24' };
  if (element === 'PM') return { kind: 'AM' };
  if (element === 'TZISO') return { kind: 'TZH:TZM' };
  return { kind: element as Named['kind'] };
}
