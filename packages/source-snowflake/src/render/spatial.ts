import type { LogicalType } from '@snowmelt/core';

type Model = Extract<LogicalType, { kind: 'spatial' }>['model'];

/**
 * SQL of a shape's text. Hexadecimal EWKB has every bit of the coordinates and the SRID, and is
 * what PostGIS reads (functions/st_asewkb on docs.snowflake.com/en/sql-reference; `LWGEOM_in` in postgis/lwgeom_inout.c). A geography, whose SRID is always 4326, is GeoJSON where
 * there is no PostGIS, since then people read it.
 */
export function spatialText(column: string, model: Model, target: LogicalType | undefined): string {
  const inJson = target?.kind === 'json' || (model === 'geography' && target?.kind !== 'spatial');
  return inJson ? `TO_JSON(ST_ASGEOJSON(${column})::VARIANT)` : `HEX_ENCODE(ST_ASEWKB(${column}))`;
}
