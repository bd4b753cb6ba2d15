/** A Snowflake type in docs/reference/types.md, which is generated from this table. */
export interface SnowflakeType {
  /** As DESCRIBE TABLE spells it. */
  readonly native: string;
  /** Canonical texts of values (docs/reference/canonical-csv.md), NULL apart. */
  readonly texts: readonly string[];
  readonly note?: string;
  /** What Snowflake's documentation does not say, or was not seen on a real account. */
  readonly unverified?: string;
}

const integers =
  'An integer type that holds all digits; `INT`, `BIGINT` and the like are NUMBER(38,0).';
const cut = 'PostgreSQL keeps microseconds; digits below are cut off, never rounded up.';
const json = 'JSON text as Snowflake writes it. A JSON null stays one and is not NULL.';
const doubles =
  'A NUMBER within it keeps every digit. A DOUBLE has 16 significant digits (`1.500000000000000e+00`): the 17th, which some need, is lost when Snowflake writes it, and the largest, 1.7976931348623157e308, comes out greater than `float8` can hold. NaN and infinities: `on_unsupported_json`. A date or time within it is a string, with all nine digits of a second, and a year before 1 looks like one after it.';
const units = 'With units, since PostgreSQL would take a bare number for seconds.';
const intervalText =
  'The text of an interval (`+1-02`, `-1 02:03:04.5`) is documented by examples only; a sign may be missing, the number of digits of a fraction may vary.';

export const snowflakeTypes: readonly SnowflakeType[] = [
  { native: 'NUMBER(4,0)', texts: ['-9999'], note: integers },
  { native: 'NUMBER(9,0)', texts: ['999999999'] },
  { native: 'NUMBER(18,0)', texts: ['999999999999999999'] },
  {
    native: 'NUMBER(38,0)',
    texts: ['99999999999999999999999999999999999999'],
    note: "Snowflake's default. Into an existing bigint it goes as well: a value beyond is refused by PostgreSQL, and its row named.",
  },
  { native: 'NUMBER(12,2)', texts: ['-0.01'], note: 'Always all digits of the scale.' },
  { native: 'NUMBER(38,37)', texts: ['9.9999999999999999999999999999999999999'] },
  {
    native: 'FLOAT',
    texts: ['1.0000000000000001e-01', 'NaN', 'Infinity', '-Infinity'],
    note: '17 significant digits: the same 64 bits come out.',
  },
  {
    native: 'DECFLOAT(38)',
    texts: ['1.5', '1.2345678901234567890123456789012345678e-50'],
    note: 'Up to 38 digits; PostgreSQL reads the exponent.',
    unverified: 'Where TO_VARCHAR begins to write an exponent.',
  },
  { native: 'BOOLEAN', texts: ['t', 'f'] },
  {
    native: 'VARCHAR(20)',
    texts: ['text', ''],
    note: 'CHAR is VARCHAR(1), and STRING and TEXT are VARCHAR. Characters are counted on both sides.',
  },
  {
    native: 'VARCHAR(16777216)',
    texts: ['text'],
    note: 'The default length says nothing, and becomes `text`.',
  },
  {
    native: "VARCHAR(20) COLLATE 'en-ci'",
    texts: ['text'],
    note: 'The collation is taken off: PostgreSQL compares by its own.',
  },
  { native: 'BINARY(8388608)', texts: ['\\x00ff'] },
  {
    native: 'UUID',
    texts: ['f353ca91-4fc5-49f2-9b9e-304f83d11914'],
    note: 'A VARCHAR that holds UUIDs goes into an existing uuid column as well; what is none is refused.',
    unverified: 'Which case TO_VARCHAR writes; PostgreSQL reads either.',
  },
  { native: 'DATE', texts: ['2024-02-29'] },
  { native: 'TIME(0)', texts: ['23:59:59'] },
  { native: 'TIME(9)', texts: ['23:59:59.999999'], note: cut },
  { native: 'TIMESTAMP_NTZ(9)', texts: ['9999-12-31T23:59:59.999999'], note: cut },
  {
    native: 'TIMESTAMP_LTZ(9)',
    texts: ['2024-02-29T06:30:00.000000+00:00'],
    note: 'The instant, written in UTC.',
  },
  {
    native: 'TIMESTAMP_TZ(3)',
    texts: ['2024-02-29T12:00:00.125+05:30'],
    note: 'The instant is kept, the offset is not: `timestamptz` has none. An existing text column keeps both, a `timestamp` column what `on_lost_zone` says.',
  },
  { native: 'VARIANT', texts: ['{"a":1.5}', 'null'], note: `${json} ${doubles}` },
  { native: 'OBJECT', texts: ['{"k":"v"}'], note: 'As VARIANT.' },
  {
    native: 'ARRAY',
    texts: ['[1,null]'],
    note: 'As VARIANT. An element that is SQL NULL (`undefined`) becomes null.',
  },
  { native: 'OBJECT(a NUMBER(10,0) NOT NULL, b VARCHAR(16777216))', texts: ['{"a":1,"b":"x"}'] },
  { native: 'ARRAY(NUMBER(38,0) NOT NULL)', texts: ['[1,2]'] },
  {
    native: 'MAP(VARCHAR(16777216), NUMBER(38,0))',
    texts: ['{"k":1}'],
    note: 'Keys that are numbers become text: JSON has no others.',
    unverified: 'That a MAP may be cast to VARIANT (it is documented for OBJECT and ARRAY).',
  },
  {
    native: 'GEOGRAPHY',
    texts: ['{"coordinates":[7.44,46.95],"type":"Point"}'],
    note: 'With PostGIS as hexadecimal EWKB, which has every bit of the coordinates; in GeoJSON they have 16 digits, as a DOUBLE of a VARIANT.',
  },
  {
    native: 'GEOMETRY',
    texts: ['0101000020110F0000000000000000F03F0000000000000040'],
    note: 'Hexadecimal EWKB keeps the SRID; into an existing JSON column it goes as GeoJSON, which has none.',
  },
  {
    native: 'VECTOR(FLOAT, 3)',
    texts: ['{1.5,-2.25,0}'],
    note: 'With pgvector as `[1.5,-2.25,0]`; pgvector refuses NaN and infinities.',
    unverified: 'How many digits the cast of a VECTOR to ARRAY gives.',
  },
  {
    native: 'VECTOR(INT, 3)',
    texts: ['{1,-2,3}'],
    note: 'Also where pgvector is there, whose floats would round integers beyond 16777216.',
  },
  { native: 'INTERVAL YEAR(9)', texts: ['+3 years'], note: units, unverified: intervalText },
  { native: 'INTERVAL MONTH(9)', texts: ['+14 months'] },
  { native: 'INTERVAL YEAR(9) TO MONTH', texts: ['-1-02'] },
  { native: 'INTERVAL DAY(9)', texts: ['+3 days'] },
  { native: 'INTERVAL HOUR(9)', texts: ['-3 hours'] },
  { native: 'INTERVAL MINUTE(9)', texts: ['+3 minutes'] },
  { native: 'INTERVAL SECOND(9, 6)', texts: ['+3.500000 seconds'] },
  { native: 'INTERVAL DAY(9) TO HOUR', texts: ['-1 days -02 hours'] },
  { native: 'INTERVAL DAY(9) TO MINUTE', texts: ['+1 days +02:03:00'] },
  {
    native: 'INTERVAL DAY(9) TO SECOND(9)',
    texts: ['-1 days -02:03:04.500000'],
    note: `Each part with its sign, since PostgreSQL would take one for the days only. ${cut}`,
  },
  { native: 'INTERVAL HOUR(9) TO MINUTE', texts: ['-3:04:00'] },
  { native: 'INTERVAL HOUR(9) TO SECOND(6)', texts: ['+3:04:05.000000'] },
  { native: 'INTERVAL MINUTE(9) TO SECOND(3)', texts: ['-3 minutes -04.500 seconds'] },
  {
    native: 'FILE',
    texts: [],
    note: 'Not read: leave the column out (`columns.exclude`), or read a view that casts it. So it is with every type that is not named here.',
  },
];
