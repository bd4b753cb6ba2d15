import type { LogicalType } from '@snowmelt/core';

import { cast, loss, no, yes, type Compatibility, type Kind, type Row } from './verdict.ts';

interface Lengths {
  readonly shortest: number;
  readonly longest: number;
}

const fixed = (length: number): Lengths => ({ shortest: length, longest: length });
const fraction = (digits: number): number => (digits === 0 ? 0 : digits + 1);

/** Characters of the canonical text. */
function lengths(source: LogicalType): Lengths {
  switch (source.kind) {
    case 'boolean':
      return fixed(1);
    case 'uuid':
      return fixed(36);
    case 'date':
      return fixed(10);
    case 'time':
      return fixed(8 + fraction(source.precision));
    case 'timestamp':
      return fixed(19 + fraction(source.precision) + (source.zone === 'none' ? 0 : 6));
    case 'decimal':
      return decimal(source.precision, source.scale ?? 0);
    case 'binary':
      return {
        shortest: 2,
        longest: source.length === undefined ? Infinity : 2 + 2 * source.length,
      };
    case 'text':
      return { shortest: 0, longest: source.length ?? Infinity };
    case 'float':
      return { shortest: 1, longest: 24 };
    case 'decfloat':
      return { shortest: 1, longest: 48 };
    case 'vector':
      return { shortest: 3, longest: 1 + 16 * source.dimension };
    case 'spatial':
      return { shortest: 30, longest: Infinity };
    case 'interval':
      return { shortest: 2, longest: 48 };
    case 'json':
    case 'unknown':
      return { shortest: 1, longest: Infinity };
  }
}

/** Sign, point, and the zero before it where there is no digit. */
function decimal(precision: number | undefined, scale: number): Lengths {
  const shortest = scale === 0 ? 1 : scale + 2;
  if (precision === undefined) return { shortest, longest: Infinity };
  return { shortest, longest: Math.max(precision, scale + 1) + (scale === 0 ? 1 : 2) };
}

/** Canonical text that never ends in a blank: what is too long is refused (SQLSTATE 22001). */
function varchar(source: LogicalType, target: LogicalType): Compatibility {
  const most = target.kind === 'text' ? (target.length ?? Infinity) : Infinity;
  const { shortest, longest } = lengths(source);
  if (longest <= most) return yes;
  if (shortest > most) return no(`its text has at least ${shortest} characters`);
  return cast(`text of more than ${most} characters is refused`);
}

function char(source: LogicalType, target: LogicalType): Compatibility {
  if (target.kind !== 'text' || target.length === undefined) return yes;
  const { shortest, longest } = lengths(source);
  if (shortest === longest && longest === target.length) return yes;
  const fits = varchar(source, target);
  return fits.fits === 'no' ? fits : loss('blanks are added up to the length of the column');
}

function cutting(source: LogicalType, target: LogicalType): Compatibility {
  if (target.kind !== 'text') return no('the column keeps words, not the text');
  const most = target.length ?? Infinity;
  return lengths(source).longest <= most
    ? yes
    : loss(`text is cut to ${most} bytes without a word`);
}

/** Text columns with a length, for every kind of source but text itself. */
export function textColumns<K extends Kind>(): Pick<Row<K>, 'varchar' | 'char' | 'cutting'> {
  return {
    cutting: (source, { logical }) => cutting(source, logical),
    varchar: (source, { logical }) => varchar(source, logical),
    char: (source, { logical }) => char(source, logical),
  };
}

/** Source: postgresql.org/docs/current/datatype-character.html ("excess spaces are truncated"). */
export function textIntoVarchar(source: LogicalType, target: LogicalType): Compatibility {
  if (varchar(source, target).fits === 'yes') return yes;
  return loss('longer text is refused, but where all that is too much is blanks, they are cut off');
}
