import { displayJson } from '../values/display-json.ts';
import { ewkb, wkb } from '../values/ewkb.ts';
import { geographyText, parseGeography, parseGeometry } from '../values/geography.ts';
import { jsonText, quoteJson, writeJson } from '../values/json-value.ts';
import { JsonSyntaxError, parseJson, readStored } from '../values/parse-json.ts';
import * as variant from '../values/variant.ts';
import { failure, type TextFunction } from './text-function.ts';

type Args = readonly (string | null)[];

/**
 * Modes: `safe` gives NULL for what is no JSON; ARRAY and OBJECT demand that kind. `keys` is the
 * second argument of PARSE_JSON.
 */
function parse([text, mode, keys]: Args): string | null {
  if ((text ?? '').trim() === '') return null;
  try {
    const value = parseJson(text ?? '', keys === 'd' ? 'd' : 's');
    if (value.kind === 'undefined') return null;
    const written = writeJson(value);
    return mode === 'ARRAY' || mode === 'OBJECT' ? variant.expectKind(written, mode) : written;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    if (mode === 'safe') return null;
    throw failure('100069', '22P02', `Error parsing JSON: ${error.message}`);
  }
}

function flatten([text, path, recursive, mode]: Args): string {
  const options = { path: path ?? '', recursive: recursive === 'recursive', mode: mode ?? 'BOTH' };
  return variant.flattenRows(text ?? '', options);
}

function expect([text, kind]: Args): string | null {
  const value = variant.expectKind(text ?? '', kind ?? '');
  if (value !== null || text === 'null') return value;
  throw failure(
    '100071',
    '22000',
    `Failed to cast variant value ${jsonText(text ?? '')} to ${kind}`,
  );
}

/** STRICT_JSON_OUTPUT: holes are null, and numbers that JSON has not are strings. */
function strict([text]: Args): string {
  return displayJson(readStored(text ?? ''), { indent: 0, strict: true });
}

function geography([text, kind, mode]: Args): string | null {
  const value = (kind === 'GEOMETRY' ? parseGeometry : parseGeography)(text ?? '');
  if (value !== undefined) return value;
  if (mode === 'safe') return null;
  throw failure('100205', 'P0000', `Error parsing ${kind} from: ${text}`);
}

export const VARIANT_FUNCTIONS: Readonly<Record<string, TextFunction>> = {
  sf_parse_json: { run: parse },
  sf_expect_json: { run: expect },
  sf_quote_text: { run: ([text]) => quoteJson(text ?? '') },
  sf_strict_json: { run: strict },
  sf_json_text: { run: ([text]) => jsonText(text ?? '') },
  sf_json_key: { run: ([text]) => variant.comparable(text ?? '') },
  sf_variant_scalar: { run: ([text, type]) => variant.variantScalar(text ?? '', type ?? '') },
  sf_variant_text: { run: ([text]) => variant.variantText(text ?? '') },
  sf_path: { run: ([text, ...steps]) => variant.followPath(text ?? '', steps) },
  sf_typeof: { run: ([text]) => variant.variantType(text ?? '') },
  sf_object_keys: { run: ([text]) => variant.objectKeys(text ?? '') },
  sf_values: { run: ([text]) => variant.innerValues(text ?? '') },
  sf_array_of: { run: ([list]) => variant.buildArray(JSON.parse(list ?? '[]') as Args) },
  sf_map_of: { run: ([keys, values]) => variant.buildMap(keys ?? '[]', values ?? '[]') },
  sf_array_size: { run: ([text]) => variant.arraySize(text ?? '') },
  sf_object: { run: (args) => variant.buildObject(args, false), takesNull: true },
  sf_object_keep: { run: (args) => variant.buildObject(args, true), takesNull: true },
  sf_array: { run: (args) => variant.buildArray(args), takesNull: true },
  sf_flatten: { run: flatten },
  sf_parse_geography: { run: geography },
  sf_ewkb: { run: ([text, kind]) => ewkb(text ?? '', kind === 'GEOMETRY' ? 0 : 4326) },
  sf_wkb: { run: ([text]) => wkb(text ?? '') },
  sf_geography_text: { run: ([text, format]) => geographyText(text ?? '', format ?? '') },
};
