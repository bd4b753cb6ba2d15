import type { LoadFile } from '@snowmelt/snowflake-emulator';

/** A table of the demo: a file of the npm package vega-datasets, and its columns in Snowflake. */
export type DemoTable = Pick<LoadFile, 'table' | 'format' | 'columns'> & {
  /** In the package's `data` folder. */
  readonly file: string;
};

const column = (name: string, type: string, expression?: string) =>
  expression === undefined ? { name, type } : { name, type, expression };

/** The same name in the file, in lower case. */
const plain = (name: string, type: string) => column(name, type, `"${name.toLowerCase()}"`);

/** A name with spaces and capitals, as it is in the file. */
const quoted = (name: string, type: string) => column(name, type, `"${name}"`);

export const demoTables: readonly DemoTable[] = [
  {
    table: 'FLIGHTS',
    file: 'flights-3m.parquet',
    format: 'parquet',
    columns: [
      plain('DATE', 'TIMESTAMP_NTZ(3)'),
      plain('DELAY', 'NUMBER(9,0)'),
      plain('DISTANCE', 'NUMBER(9,0)'),
      plain('ORIGIN', 'VARCHAR(3)'),
      plain('DESTINATION', 'VARCHAR(3)'),
    ],
  },
  {
    table: 'MOVIES',
    file: 'movies.json',
    format: 'json',
    columns: [
      // Some titles are numbers.
      quoted('Title', 'VARIANT'),
      quoted('US Gross', 'NUMBER(12,0)'),
      quoted('Worldwide Gross', 'NUMBER(12,0)'),
      quoted('US DVD Sales', 'NUMBER(12,0)'),
      quoted('Production Budget', 'NUMBER(12,0)'),
      quoted('Release Date', 'VARCHAR'),
      quoted('MPAA Rating', 'VARCHAR'),
      quoted('Running Time min', 'NUMBER(4,0)'),
      quoted('Distributor', 'VARCHAR'),
      quoted('Source', 'VARCHAR'),
      quoted('Major Genre', 'VARCHAR'),
      quoted('Creative Type', 'VARCHAR'),
      quoted('Director', 'VARCHAR'),
      quoted('Rotten Tomatoes Rating', 'NUMBER(3,0)'),
      quoted('IMDB Rating', 'NUMBER(3,1)'),
      quoted('IMDB Votes', 'NUMBER(9,0)'),
    ],
  },
  {
    table: 'EARTHQUAKES',
    file: 'earthquakes.json',
    format: 'json',
    columns: [column('FEATURE', 'VARIANT', 'unnest("features")')],
  },
  {
    table: 'ZIPCODES',
    file: 'zipcodes.csv',
    format: 'csv',
    columns: [
      plain('ZIP_CODE', 'VARCHAR(5)'),
      plain('LATITUDE', 'NUMBER(12,8)'),
      plain('LONGITUDE', 'NUMBER(12,8)'),
      plain('CITY', 'VARCHAR'),
      plain('STATE', 'VARCHAR(2)'),
      plain('COUNTY', 'VARCHAR'),
    ],
  },
  {
    table: 'AIRPORTS',
    file: 'airports.csv',
    format: 'csv',
    columns: [
      plain('IATA', 'VARCHAR(4)'),
      plain('NAME', 'VARCHAR'),
      plain('CITY', 'VARCHAR'),
      plain('STATE', 'VARCHAR'),
      plain('COUNTRY', 'VARCHAR'),
      plain('LATITUDE', 'FLOAT'),
      plain('LONGITUDE', 'FLOAT'),
    ],
  },
  {
    table: 'Bird Strikes',
    file: 'birdstrikes.csv',
    format: 'csv',
    columns: [
      quoted('Airport Name', 'VARCHAR'),
      quoted('Aircraft Make Model', 'VARCHAR'),
      quoted('Effect Amount of damage', 'VARCHAR'),
      quoted('Flight Date', 'DATE'),
      quoted('Aircraft Airline Operator', 'VARCHAR'),
      quoted('Origin State', 'VARCHAR'),
      quoted('Phase of flight', 'VARCHAR'),
      quoted('Wildlife Size', 'VARCHAR'),
      quoted('Wildlife Species', 'VARCHAR'),
      quoted('Time of day', 'VARCHAR'),
      quoted('Cost Other', 'NUMBER(12,0)'),
      quoted('Cost Repair', 'NUMBER(12,0)'),
      quoted('Cost Total $', 'NUMBER(12,0)'),
      quoted('Speed IAS in knots', 'NUMBER(6,0)'),
    ],
  },
  {
    table: 'SPECIES',
    file: 'species.csv',
    format: 'csv',
    columns: [
      plain('ITEM_ID', 'VARCHAR(24)'),
      plain('COMMON_NAME', 'VARCHAR'),
      plain('SCIENTIFIC_NAME', 'VARCHAR'),
      plain('GAP_SPECIES_CODE', 'VARCHAR(6)'),
      plain('COUNTY_ID', 'VARCHAR(5)'),
      plain('HABITAT_YEARROUND_PCT', 'NUMBER(8,4)'),
    ],
  },
  {
    table: 'WEATHER',
    file: 'weather.csv',
    format: 'csv',
    columns: [
      plain('LOCATION', 'VARCHAR'),
      plain('DATE', 'DATE'),
      plain('PRECIPITATION', 'NUMBER(5,1)'),
      plain('TEMP_MAX', 'NUMBER(4,1)'),
      plain('TEMP_MIN', 'NUMBER(4,1)'),
      plain('WIND', 'NUMBER(4,1)'),
      plain('WEATHER', 'VARCHAR'),
    ],
  },
  {
    table: 'GAPMINDER',
    file: 'gapminder.json',
    format: 'json',
    columns: [
      plain('YEAR', 'NUMBER(4,0)'),
      plain('COUNTRY', 'VARCHAR'),
      plain('CLUSTER', 'NUMBER(38,0)'),
      plain('POP', 'NUMBER(38,0)'),
      plain('LIFE_EXPECT', 'FLOAT'),
      plain('FERTILITY', 'FLOAT'),
    ],
  },
  {
    table: 'HOURLY_NORMALS',
    file: 'seattle-weather-hourly-normals.csv',
    format: 'csv',
    columns: [
      column('DATE', 'TIMESTAMP_LTZ(0)', '"date"'),
      plain('PRESSURE', 'NUMBER(6,1)'),
      plain('TEMPERATURE', 'NUMBER(4,1)'),
      plain('WIND', 'NUMBER(4,1)'),
    ],
  },
  {
    table: 'DISASTERS',
    file: 'disasters.csv',
    format: 'csv',
    columns: [
      quoted('Entity', 'VARCHAR'),
      quoted('Year', 'NUMBER(4,0)'),
      quoted('Deaths', 'NUMBER(12,0)'),
    ],
  },
];
