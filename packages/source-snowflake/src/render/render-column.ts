import { type ColumnPair, type LogicalType, SnowmeltError } from '@snowmelt/core';

import { quoteIdentifier } from '../sql/quote.ts';
import { fractionText, timeFormat } from './fraction.ts';
import { intervalText } from './interval.ts';
import { dateText, momentText } from './moment.ts';
import { supportedJson, supportedText } from './supported-text.ts';

type Kind = LogicalType['kind'];
type OfKind<K extends Kind> = Extract<LogicalType, { kind: K }>;

/** SQL that renders a column as its CSV field; NULL stays NULL. */
type Rendering<K extends Kind> = (column: string, type: OfKind<K>, pair: ColumnPair) => string;

/** In double quotes, a quote doubled: never to be told from NULL, whatever the text holds. */
const quoted = (text: string): string => `'"' || REPLACE(${text}, '"', '""') || '"'`;

/**
 * One rendering for both ways of extraction, in one place. Sources are pages of
 * docs.snowflake.com/en/sql-reference.
 */
const renderings: { readonly [K in Kind]: Rendering<K> } = {
  // IFF takes NULL for false; CASE leaves it NULL (functions/iff).
  boolean: (column) => `CASE WHEN ${column} THEN 't' WHEN NOT ${column} THEN 'f' END`,
  // Exact, with all digits of the scale (functions/to_char).
  decimal: (column) => `TO_VARCHAR(${column})`,
  decfloat: (column) => `TO_VARCHAR(${column})`,
  // TME: 17 significant digits, where CSV unloads cut to 15 (sql-format-models). NaN equals itself
  // and infinity is written `inf` (data-types-numeric, "Special values"). TRIM: a format model may
  // put a blank where the sign goes.
  float: (column) =>
    `CASE WHEN ${column} = 'NaN'::FLOAT THEN 'NaN' WHEN ${column} = 'inf'::FLOAT THEN 'Infinity' ` +
    `WHEN ${column} = '-inf'::FLOAT THEN '-Infinity' ELSE TRIM(TO_VARCHAR(${column}, 'TME')) END`,
  // A collation decides what REPLACE finds, and two different ones can't be joined: it is taken
  // off ('' is the plain order of UTF-8; collation, "Collation specifications").
  text: (column, _, pair) => quoted(plainText(column, pair)),
  uuid: (column) => `TO_VARCHAR(${column})`,
  // The second argument 0 asks for lower-case digits (functions/hex_encode).
  binary: (column) => `'\\\\x' || HEX_ENCODE(${column}, 0)`,
  date: (column, _, { targetType }) => dateText(column, !isMoment(targetType)),
  time: (column, { precision }, pair) => fractionText({ column, ...timeFormat, precision }, pair),
  timestamp: (column, { precision, zone }, pair) =>
    momentText({ column, precision, zone, anyText: !isMoment(pair.targetType) }, pair),
  // TO_JSON keeps every digit of a NUMBER, and 16 of a DOUBLE (docs/reference/types.md). Structured types have to be VARIANT first
  // (functions/to_json, data-types-structured).
  json: (column, { shape }, pair) => {
    const json = `TO_JSON(${shape === 'any' ? column : `${column}::VARIANT`})`;
    return quoted(supportedJson(json, pair));
  },
  spatial: (column, { model }, { targetType }) => quoted(spatialText(column, model, targetType)),
  // An array of PostgreSQL, or `[…]` for JSON and pgvector; a cast to ARRAY is documented
  // (data-types-vector).
  vector: (column, _, { targetType }) => {
    const text = `TO_JSON(${column}::ARRAY::VARIANT)`;
    const brackets = targetType?.kind === 'json' || targetType?.kind === 'vector';
    return quoted(brackets ? text : `TRANSLATE(${text}, '[]', '{}')`);
  },
  interval: (column, type, pair) => quoted(intervalText(column, type, pair)),
  unknown: (column) => column,
};

/** SQL of a text column's value as it is sent, before it is quoted. */
function plainText(column: string, { source, unsupportedText }: ColumnPair): string {
  const plain = /\bCOLLATE\b/iu.test(source.nativeType) ? `COLLATE(${column}, '')` : column;
  return supportedText(plain, unsupportedText);
}

/** The same without the blanks at its end. */
export function trimmedText(pair: ColumnPair): string {
  return quoted(`RTRIM(${plainText(quoteIdentifier(pair.source.name), pair)}, ' ')`);
}

/** A new column is as well: the type map has one for every moment. */
function isMoment(target: LogicalType | undefined): boolean {
  return target === undefined || target.kind === 'date' || target.kind === 'timestamp';
}

/** SQL of a column's CSV field, NULL where the value is NULL. `SOURCE.TYPE_UNSUPPORTED` where there is none. */
export function renderColumn(pair: ColumnPair): string {
  const { name, type, nativeType } = pair.source;
  if (type.kind === 'unknown') {
    throw new SnowmeltError(
      'SOURCE.TYPE_UNSUPPORTED',
      `Column ${name} has the type ${nativeType}, which can't be read.`,
      { place: { column: name } },
    );
  }
  const render = renderings[type.kind] as Rendering<Kind>;
  return render(quoteIdentifier(name), type, pair);
}

type Model = Extract<LogicalType, { kind: 'spatial' }>['model'];

/**
 * SQL of a shape's text. Hexadecimal EWKB has every bit of the coordinates and the SRID, and is
 * what PostGIS reads (functions/st_asewkb on docs.snowflake.com/en/sql-reference; `LWGEOM_in` in postgis/lwgeom_inout.c). A geography, whose SRID is always 4326, is GeoJSON where
 * there is no PostGIS, since then people read it.
 */
function spatialText(column: string, model: Model, target: LogicalType | undefined): string {
  const inJson = target?.kind === 'json' || (model === 'geography' && target?.kind !== 'spatial');
  return inJson ? `TO_JSON(ST_ASGEOJSON(${column})::VARIANT)` : `HEX_ENCODE(ST_ASEWKB(${column}))`;
}
