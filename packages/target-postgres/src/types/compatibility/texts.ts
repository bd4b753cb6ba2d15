import type { PostgresType } from '../../sql/postgres-type.ts';
import { textColumns, textIntoVarchar } from './text-length.ts';
import {
  applyRule,
  cast,
  loss,
  no,
  otherwise,
  yes,
  type Compatibility,
  type OfKind,
  type Row,
} from './verdict.ts';

const reads = cast('text that does not read as a value of the column is refused');

/** Each element is read as a column of its type would read it; blanks around one do not count. */
function intoArray(source: OfKind<'text'>, { element }: PostgresType): Compatibility {
  if (element === undefined) return reads;
  const verdict = applyRule(fromText[element.class], source, element);
  return verdict.fits === 'loss' ? loss(`of each element: ${verdict.why}`) : reads;
}

/** Text of any content: what PostgreSQL reads of it is its business, and where it reads less, that is said. */
export const fromText: Row<'text'> = {
  ...otherwise('text'),
  boolean: reads,
  integer: reads,
  numeric: (_, { logical }) =>
    'precision' in logical ? loss('numbers are rounded to the digits of the column') : reads,
  float: loss('numbers are rounded to what a binary float holds'),
  varchar: (source, { logical }) => textIntoVarchar(source, logical),
  char: (_, { logical }) =>
    'length' in logical ? loss('blanks at the end are cut off or added up to the length') : yes,
  uuid: reads,
  bytea: loss('backslashes are read as escapes of bytes'),
  date: loss('a time of day in the text is dropped'),
  time: loss('a date in the text is dropped, and digits beyond those of the column are rounded'),
  timetz: loss('a date in the text is dropped, and digits beyond those of the column are rounded'),
  timestamp: loss(
    'an offset in the text is ignored, and digits beyond those of the column are rounded',
  ),
  timestamptz: loss(
    'text without an offset is taken as UTC, and digits beyond those of the column are rounded',
  ),
  json: reads,
  jsonb: loss('of keys that an object repeats the last one stays'),
  interval: loss(
    'digits below a microsecond are rounded, and a number without unit is taken as seconds',
  ),
  money: loss('how money reads digits, and how many it keeps, depends on lc_monetary'),
  bits: reads,
  array: intoArray,
  vector: loss('elements are rounded to 32 bits'),
  spatial: reads,
  other: cast('text that the type does not read is refused'),
};

export const fromUuid: Row<'uuid'> = {
  ...otherwise('a UUID'),
  ...textColumns<'uuid'>(),
  uuid: yes,
};

export const fromBinary: Row<'binary'> = {
  ...otherwise('bytes'),
  ...textColumns<'binary'>(),
  bytea: yes,
};

export const fromBoolean: Row<'boolean'> = {
  ...otherwise('t and f'),
  ...textColumns<'boolean'>(),
  boolean: yes,
};

export const fromUnknown: Row<'unknown'> = {
  ...otherwise('it'),
  ...everywhere(),
};

/** A type that can't be read from the source has no place anywhere. */
function everywhere(): Row<'unknown'> {
  const classes = Object.keys(otherwise('it')) as (keyof Row<'unknown'>)[];
  const unread = no('the source has no text of such a value');
  return Object.fromEntries(classes.map((name) => [name, unread])) as unknown as Row<'unknown'>;
}
