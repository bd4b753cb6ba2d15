import type { PostgresType } from '../../sql/postgres-type.ts';
import {
  cast,
  loss,
  no,
  otherwise,
  yes,
  type Compatibility,
  type Row,
  type Rule,
} from './verdict.ts';
import { textColumns } from './text-length.ts';

const oneType = no('a value of any JSON type may come; read a view that casts it');

export const fromJson: Row<'json'> = {
  ...otherwise('JSON'),
  ...textColumns<'json'>(),
  boolean: oneType,
  integer: oneType,
  numeric: oneType,
  float: oneType,
  date: oneType,
  timestamp: oneType,
  timestamptz: oneType,
  interval: oneType,
  money: oneType,
  json: yes,
  jsonb: yes,
};

const json: Rule<'spatial'> = ({ model }) =>
  model === 'geography' ? yes : loss('GeoJSON has no SRID');

export const fromSpatial: Row<'spatial'> = {
  ...otherwise('a shape'),
  ...textColumns<'spatial'>(),
  json,
  jsonb: json,
  spatial: ({ model }, { logical }) =>
    model === 'geography' || (logical.kind === 'spatial' && logical.model === 'geometry')
      ? cast('a shape of another type or SRID than the column says is refused')
      : cast('coordinates that are no longitude and latitude are refused'),
};

/** A 32-bit float counts to here without a gap. */
const exact = 2 ** 24;

const intoVector: Rule<'vector'> = ({ element, dimension }, { logical }) => {
  if (logical.kind !== 'vector') {
    return no('halfvec rounds elements to 16 bits, sparsevec is written otherwise; use vector');
  }
  if (logical.dimension > 0 && logical.dimension !== dimension) {
    return no(`the column has ${logical.dimension} dimensions, the source ${dimension}`);
  }
  return element === 'int'
    ? loss(`integers beyond ${exact} are rounded`)
    : cast('pgvector refuses NaN and infinities');
};

const intoArray: Rule<'vector'> = ({ element }, target) => {
  const of: PostgresType['class'] = target.element?.class ?? 'other';
  const logical = target.element?.logical;
  if (of === 'text') return yes;
  if (of === 'numeric' && logical !== undefined && !('precision' in logical)) return yes;
  if (of === 'float') return floats(element, logical?.kind === 'float' ? logical.bits : 64);
  if (of !== 'integer') return no('elements would be read as something else than numbers');
  if (element === 'float') return cast('an element with a point is refused');
  return logical?.kind === 'decimal' && (logical.precision ?? 0) >= 9
    ? yes
    : cast('an element beyond 32767 is refused');
};

function floats(element: 'int' | 'float', bits: 32 | 64): Compatibility {
  return element === 'int' && bits === 32 ? loss(`integers beyond ${exact} are rounded`) : yes;
}

export const fromVector: Row<'vector'> = {
  ...otherwise('a vector'),
  ...textColumns<'vector'>(),
  json: yes,
  jsonb: yes,
  array: intoArray,
  vector: intoVector,
};
