import { splitSrid } from './geography.ts';

/** https://libgeos.org/specifications/wkb, with the SRID flag of EWKB. */
const TYPES: Readonly<Record<string, number>> = {
  Point: 1,
  LineString: 2,
  Polygon: 3,
  MultiPoint: 4,
  MultiLineString: 5,
  MultiPolygon: 6,
};
const PARTS: Readonly<Record<string, string>> = {
  MultiPoint: 'Point',
  MultiLineString: 'LineString',
  MultiPolygon: 'Polygon',
};
const sridFlag = 0x2000_0000;

type Coordinates = number | readonly Coordinates[];

interface Shape {
  readonly type: string;
  readonly coordinates: readonly Coordinates[];
}

/** The same without the SRID. */
export function wkb(kept: string): string {
  return writeShape(JSON.parse(splitSrid(kept).json) as Shape).toString('hex');
}

/** Hexadecimal little-endian EWKB of what is kept of a shape. */
export function ewkb(kept: string, defaultSrid: number): string {
  const { srid = defaultSrid, json } = splitSrid(kept);
  return writeShape(JSON.parse(json) as Shape, srid).toString('hex');
}

function writeShape({ type, coordinates }: Shape, srid?: number): Buffer {
  const head = Buffer.alloc(srid === undefined ? 5 : 9);
  head.writeUInt8(1, 0);
  head.writeUInt32LE((TYPES[type] ?? 0) + (srid === undefined ? 0 : sridFlag), 1);
  if (srid !== undefined) head.writeUInt32LE(srid, 5);
  const part = PARTS[type];
  if (part === undefined) return Buffer.concat([head, numbers(coordinates)]);
  const shapes = coordinates.map((one) =>
    writeShape({ type: part, coordinates: one as readonly Coordinates[] }),
  );
  return Buffer.concat([head, count(shapes.length), ...shapes]);
}

/** A point is its numbers; a list of anything else has its length before it. */
function numbers(coordinates: readonly Coordinates[]): Buffer {
  if (typeof coordinates[0] === 'number') return Buffer.concat(coordinates.map(double));
  const items = coordinates.map((one) => numbers(one as readonly Coordinates[]));
  return Buffer.concat([count(items.length), ...items]);
}

function double(value: Coordinates): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(Number(value));
  return bytes;
}

function count(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
