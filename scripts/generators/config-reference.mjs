import { readFileSync } from 'node:fs';

import { documentedJsonSchema } from '../../packages/core/src/config/json-schema.ts';
import { rangeOf, typeOf } from './schema-words.mjs';

const head = new URL('./configuration-head.md', import.meta.url);
const tablePath = 'sources[].tables[].';

/** docs/configuration.md: the written head, then every key of the schema. */
export function configReference() {
  const keys = keysOf(documentedJsonSchema(), '');
  const written = readFileSync(head, 'utf8');
  return [written, ...sections.map((section) => sectionText(section, keys))].join('\n');
}

const sections = [
  {
    title: 'Connection',
    text: 'How to reach the two databases. Secrets are never shown: not in logs, errors, `--json` or status rows.',
    holds: (path) => /^(?:snowflake|postgres)\b/.test(path),
  },
  {
    title: 'Global',
    text: 'At the top of the file. A table may say some of them for itself.',
    holds: (path) => /^(?!(?:snowflake|postgres)\b)[^[]+$/.test(path),
  },
  {
    title: 'Source',
    text: 'Each entry of `sources`: tables that share a Snowflake schema and a PostgreSQL schema.',
    holds: (path) => /^sources\[\]\.[^.]+$/.test(path),
  },
  {
    title: 'Table',
    text: 'Each entry of `sources[].tables`.',
    holds: (path) => path.startsWith(tablePath),
  },
];

/** Every key with its path, the ones inside of an object or a list after it. */
function keysOf(node, prefix) {
  const required = new Set(node.required);
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix + key;
    const inner = child.type === 'array' ? child.items : child;
    const step = child.type === 'array' ? '[].' : '.';
    const one = { path, key, node: child, required: required.has(key), group: !child.examples };
    return [one, ...keysOf(inner, path + step)];
  });
}

function sectionText({ title, text, holds }, keys) {
  const own = keys.filter(({ path }) => holds(path));
  const rows = own.map((one) => {
    const link = `[\`${one.path}\`](#${anchor(one.path)})`;
    return `| ${[link, typeOf(one.node), defaultOf(one), rangeOf(one.node)].map(cell).join(' | ')} |`;
  });
  const table = ['| key | type | default | range |', '| --- | --- | --- | --- |', ...rows];
  return [`## ${title}`, '', text, '', ...table, '', ...own.map(keyText)].join('\n');
}

function keyText(one) {
  const { path, key, node } = one;
  const facts = [
    ['Type', typeOf(node)],
    ['Default', defaultOf(one)],
    ['Range', rangeOf(node)],
    ...(one.group ? [] : [['Example', `\`${JSON.stringify(key)}: ${inline(node.examples[0])}\``]]),
    ...(one.group ? [] : [['Speed', node.speed]]),
    ...(one.group ? [] : [['Safety', node.safety]]),
    ...(node.secret ? [['Secret', 'shown as `***`']] : []),
  ];
  const lines = facts
    .filter(([, fact]) => fact !== '')
    .map(([word, fact]) => `- **${word}:** ${fact}`);
  return [`### \`${path}\``, '', node.description, '', ...lines, ''].join('\n');
}

function defaultOf({ path, key, node, required }) {
  if (node.default !== undefined) return `\`${inline(node.default)}\``;
  if (required) return 'none; required';
  if (node.absent !== undefined) return node.absent;
  const overrides = path.startsWith(tablePath) && key in documentedJsonSchema().properties;
  return overrides ? `the global \`${key}\`` : 'none';
}

/** As GitHub makes it of a heading: punctuation goes, all else stays in small letters. */
function anchor(path) {
  return path.toLowerCase().replaceAll(/[^\w-]/g, '');
}

function cell(text) {
  return text === '' ? '–' : text.replaceAll('|', '\\|');
}

function inline(value) {
  return JSON.stringify(value, undefined, 1)
    .replaceAll(/\n\s*/g, ' ')
    .replaceAll(/([[{]) | (?=[\]}])/g, '$1');
}
