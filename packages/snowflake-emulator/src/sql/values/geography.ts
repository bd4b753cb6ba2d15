/** GEOGRAPHY and GEOMETRY are kept as compact GeoJSON, a geometry's SRID before it; WKT goes in and out. */
import { writeJson, type JsonValue } from './json-value.ts';
import { JsonSyntaxError, parseJson, readStored } from './parse-json.ts';

const TYPES = new Map(
  ['Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon'].map(
    (name) => [name.toUpperCase(), name],
  ),
);

/** GeoJSON text from GeoJSON or WKT (also EWKT with SRID 4326); undefined if it is neither. */
export function parseGeography(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.startsWith('{') ? checkGeoJson(trimmed) : fromWkt(trimmed);
}

const sridPrefix = /^\s*SRID=(\d+);/i;

/** As `parseGeography`, after `SRID=n;` where the text names one. */
export function parseGeometry(text: string): string | undefined {
  const srid = Number(sridPrefix.exec(text)?.[1] ?? 0);
  const shape = parseGeography(text.replace(sridPrefix, ''));
  return shape === undefined || srid === 0 ? shape : `SRID=${srid};${shape}`;
}

/** The two parts of what is kept. */
export function splitSrid(kept: string): { readonly srid: number | undefined; json: string } {
  const srid = sridPrefix.exec(kept)?.[1];
  return {
    srid: srid === undefined ? undefined : Number(srid),
    json: kept.replace(sridPrefix, ''),
  };
}

function checkGeoJson(text: string): string | undefined {
  try {
    const value = parseJson(text);
    if (value.kind !== 'object') return undefined;
    const type = value.entries.get('type');
    const known = type?.kind === 'string' && TYPES.has(type.value.toUpperCase());
    return known && value.entries.has('coordinates') ? writeJson(value) : undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function fromWkt(text: string): string | undefined {
  const [, name = '', body = ''] = /^(?:SRID=\d+;)?\s*([A-Z]+)\s*(\([\s\S]*\))$/i.exec(text) ?? [];
  const type = TYPES.get(name.toUpperCase());
  if (type === undefined || !/^[\d\s.,()eE+-]+$/.test(body)) return undefined;
  const pairs = body.replaceAll(
    /([-+\d.eE]+)\s+([-+\d.eE]+)(?:\s+[-+\d.eE]+)?/g,
    (_all, x: string, y: string) => `[${Number(x)},${Number(y)}]`,
  );
  const nested = pairs.replaceAll('(', '[').replaceAll(')', ']').replaceAll(/\s/g, '');
  const coordinates = type === 'Point' ? nested.slice(1, -1) : unwrapPoints(nested, type);
  try {
    return `{"coordinates":${JSON.stringify(JSON.parse(coordinates))},"type":"${type}"}`;
  } catch {
    return undefined;
  }
}

/** WKT may write the points of a MULTIPOINT in parentheses of their own. */
function unwrapPoints(nested: string, type: string): string {
  return type === 'MultiPoint'
    ? nested.replaceAll('[[[', '[[').replaceAll(']]]', ']]').replaceAll(']],[[', '],[')
    : nested;
}

/** `GeoJSON` or `WKT`. */
export function geographyText(kept: string, format: string): string {
  const { json } = splitSrid(kept);
  if (format !== 'WKT') return json;
  const value = readStored(json);
  if (value.kind !== 'object') return json;
  const type = value.entries.get('type');
  const coordinates = value.entries.get('coordinates');
  if (type?.kind !== 'string' || coordinates === undefined) return json;
  const body = wkt(coordinates);
  return `${type.value.toUpperCase()}${type.value === 'Point' ? `(${body})` : body}`;
}

function wkt(value: JsonValue): string {
  if (value.kind === 'number') return value.text;
  if (value.kind === 'double') return String(Number(value.text));
  if (value.kind !== 'array') return '';
  const isPoint = value.items[0]?.kind !== 'array';
  return isPoint
    ? value.items.map((item) => wkt(item)).join(' ')
    : `(${value.items.map((item) => wkt(item)).join(',')})`;
}
