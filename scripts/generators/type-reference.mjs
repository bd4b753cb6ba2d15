import { readFileSync } from 'node:fs';

import { parseType } from '../../packages/source-snowflake/src/types/parse-type.ts';
import { snowflakeTypes } from '../../packages/source-snowflake/src/types/snowflake-types.ts';
import { renderColumn } from '../../packages/source-snowflake/src/render/render-column.ts';
import { compatibility } from '../../packages/target-postgres/src/types/compatibility.ts';
import { extensionColumns } from '../../packages/target-postgres/src/types/extension-types.ts';
import { fractionDigits } from '../../packages/target-postgres/src/types/fraction-digits.ts';
import { postgresType } from '../../packages/target-postgres/src/types/type-map.ts';
import { widerType } from '../../packages/target-postgres/src/types/widening.ts';

const head = new URL('./types-head.md', import.meta.url);

/** docs/reference/types.md: the written head, with the tables that the code gives. */
export function typeReference() {
  const parts = {
    created: createdTable(),
    widened: widenedTable(),
    existing: snowflakeTypes.filter(isShown).map(existingTable).join('\n'),
    read: readList(),
    unverified: unverifiedList(),
  };
  return readFileSync(head, 'utf8').replaceAll(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

function columnOf(native) {
  const nothing = { nullable: true, hasDefault: false, generated: false };
  return { name: 'C', type: parseType(native), nativeType: native, ...nothing };
}

function createdTable() {
  const rows = snowflakeTypes.map(({ native, texts, note = '' }) => {
    const shown = texts.map((text) => (text === '' ? '`""`' : code(text))).join(' ');
    return row([code(native), shown, typeIn(columnOf(native)), note]);
  });
  return [row(['Snowflake', 'canonical text', 'PostgreSQL', '']), rule(4), ...rows].join('\n');
}

function typeIn(source) {
  const own = postgresType(source.type);
  if (own === undefined) return '–';
  const [extension] = extensionColumns([{ source, target: 'c' }]);
  if (extension === undefined) return code(own);
  const { name, modifier, extension: where } = extension.type;
  return `${code(own)}; ${code(name + modifier)} with ${where}`;
}

/** One width of each kind: all intervals and JSON types go the same ways. */
function isShown({ native }) {
  return [
    ...['NUMBER(4,0)', 'NUMBER(18,0)', 'NUMBER(38,0)', 'NUMBER(12,2)', 'FLOAT', 'DECFLOAT(38)'],
    ...[
      'BOOLEAN',
      'VARCHAR(20)',
      'VARCHAR(16777216)',
      'BINARY(8388608)',
      'UUID',
      'DATE',
      'TIME(9)',
    ],
    ...['TIMESTAMP_NTZ(9)', 'TIMESTAMP_TZ(3)', 'VARIANT', 'GEOGRAPHY', 'GEOMETRY'],
    ...['VECTOR(FLOAT, 3)', 'VECTOR(INT, 3)', 'INTERVAL YEAR(9) TO MONTH'],
    ...['INTERVAL DAY(9) TO SECOND(9)', 'FILE'],
  ].includes(native);
}

const targets = [
  ...['boolean', 'smallint', 'integer', 'bigint', 'numeric', 'numeric(10,2)', 'real'],
  ...['double precision', 'text', 'character varying(20)', 'character varying(3)', 'character(10)'],
  ...['name', 'uuid', 'bytea', 'date', 'time(6) without time zone', 'time(6) with time zone'],
  ...['timestamp(6) without time zone', 'timestamp(3) without time zone'],
  ...[
    'timestamp(6) with time zone',
    'json',
    'jsonb',
    'interval',
    'interval day',
    'money',
    'bit(1)',
    'bit(3)',
  ],
  ...[
    'real[]',
    'integer[]',
    'text[]',
    'vector(3)',
    'vector(4)',
    'geometry',
    'geography',
    'tsvector',
  ],
];
const others = 'enums, ranges, `inet`, `xml`, other extensions';
const words = { yes: 'fits', cast: 'fits with a cast', loss: '**loss**', no: 'refused' };

function existingTable({ native }) {
  const source = columnOf(native);
  const groups = new Map();
  for (const target of [...targets, 'some_enum']) {
    const { fits, why = '' } = verdictOf(source, target);
    const key = `${words[fits]}|${why}`;
    const name = target === 'some_enum' ? others : code(shortName(target));
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const order = Object.values(words);
  const rows = [...groups]
    .map(([key, names]) => ({ verdict: key.split('|')[0], why: key.split('|')[1], names }))
    .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
    .map(({ verdict, why, names }) => row([verdict, names.join(', '), why]));
  return [`### ${native}`, '', row(['', 'into', 'because']), rule(3), ...rows, ''].join('\n');
}

/** Digits that are cut off are said by the plan, not by the verdict. */
function verdictOf(source, target) {
  const column = columnOf(target);
  return compatibility(source.type, { ...column, nativeType: target });
}

const shortName = (type) =>
  type
    .replace(' without time zone', '')
    .replace(/^timestamp(\(\d\))? with time zone/, 'timestamptz$1')
    .replace(/^time(\(\d\))? with time zone/, 'timetz$1')
    .replace('character varying', 'varchar')
    .replace('character', 'char');

function widenedTable() {
  const cases = [
    ['smallint', 'NUMBER(9,0)'],
    ['integer', 'NUMBER(18,0)'],
    ['bigint', 'NUMBER(25,0)'],
    ['bigint', 'NUMBER(38,0)'],
    ['integer', 'NUMBER(12,2)'],
    ['numeric(10,2)', 'NUMBER(12,2)'],
    ['numeric(10,2)', 'NUMBER(12,4)'],
    ['character varying(20)', 'VARCHAR(50)'],
    ['character varying(20)', 'VARCHAR(16777216)'],
    ['character(20)', 'VARCHAR(50)'],
    ['real', 'FLOAT'],
    ['time(0) without time zone', 'TIME(9)'],
    ['timestamp(3) without time zone', 'TIMESTAMP_NTZ(9)'],
    ['timestamp(3) with time zone', 'TIMESTAMP_LTZ(9)'],
    ['date', 'TIMESTAMP_NTZ(9)'],
    ['json', 'VARIANT'],
  ];
  const rows = cases.map(([target, native]) => {
    const wider = widerType(columnOf(native).type, { ...columnOf(native), nativeType: target });
    const becomes = wider === undefined ? 'stays' : code(shortName(wider.to));
    const cost = wider === undefined ? '' : wider.rewrites ? 'rewritten' : 'not rewritten';
    return row([code(shortName(target)), code(native), becomes, cost]);
  });
  const heads = ['column', 'its source', 'becomes', 'the table is'];
  return [row(heads), rule(4), ...rows].join('\n');
}

function readList() {
  const lines = snowflakeTypes
    .filter(({ native }) => parseType(native).kind !== 'unknown')
    .map(({ native }) => {
      const source = columnOf(native);
      const digits = fractionDigits(source, undefined);
      const pair = {
        source,
        target: 'c',
        ...(digits === undefined ? {} : { fractionDigits: digits }),
      };
      return `-- ${native}\n${renderColumn(pair)}`;
    });
  return ['```sql', lines.join('\n'), '```'].join('\n');
}

function unverifiedList() {
  return snowflakeTypes
    .filter(({ unverified }) => unverified !== undefined)
    .map(({ native, unverified }) => `- ${code(native)}: ${unverified}`)
    .join('\n');
}

const code = (text) => `\`${text}\``;
const row = (cells) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
const rule = (count) => `|${' --- |'.repeat(count)}`;
