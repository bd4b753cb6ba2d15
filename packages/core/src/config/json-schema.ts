import { z } from 'zod';

import { none } from './schema/key-doc.ts';
import { configSchema } from './schema/config.ts';

/** A node of the JSON Schema with the metadata of `doc`. */
export interface SchemaNode extends z.core.JSONSchema.BaseSchema {
  speed?: string;
  safety?: string;
  absent?: string;
  secret?: true;
}

/**
 * The JSON Schema of the configuration file, for editors: keys that begin with `_` or `$` are
 * comments, and a variable may stand wherever the parser takes one.
 */
export function configJsonSchema(): object {
  return forEditors(documentedJsonSchema());
}

/** The schema with the documentation of each key in keywords of its own, for the reference. */
export function documentedJsonSchema(): SchemaNode {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // Left out of whatever is transformed, as secrets are.
      const examples = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples ??= examples;
      // Every whole number has this limit in JavaScript: it says nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
}

function forEditors(node: SchemaNode): SchemaNode {
  return withVariable(withComments(withEffects(node)));
}

function withEffects(node: SchemaNode): SchemaNode {
  const { speed, safety, absent, secret: _, ...rest } = node;
  if (rest.description === undefined) return rest;
  const effects = [
    ...(absent === undefined ? [] : [`Default: ${absent}.`]),
    ...(speed === undefined || speed === none ? [] : [`Speed: ${speed}`]),
    ...(safety === undefined || safety === none ? [] : [`Safety: ${safety}`]),
  ];
  return { ...rest, description: [rest.description, ...effects].join('\n') };
}

function withComments(node: SchemaNode): SchemaNode {
  if (typeof node.items === 'object' && !Array.isArray(node.items)) {
    return { ...node, items: forEditors(node.items) };
  }
  if (node.properties === undefined) return node;
  const properties = Object.entries(node.properties).map(
    ([key, child]) => [key, forEditors(child as SchemaNode)] as const,
  );
  const patternProperties = { '^[_$]': {} };
  return { ...node, properties: Object.fromEntries(properties), patternProperties };
}

/** What a variable gives is known to the parser only. Text without rules takes one as it is. */
function withVariable(node: SchemaNode): SchemaNode {
  const { type, enum: words, format, pattern, anyOf, ...numbers } = node;
  const { minimum, maximum, exclusiveMinimum, ...rest } = numbers;
  const name = String.raw`\$\{[A-Za-z_]\w*\}`;
  if (anyOf !== undefined) return { ...rest, anyOf: [...anyOf, { type: 'string', pattern: name }] };
  const scalar = type === 'integer' || type === 'number' || type === 'boolean';
  if (!scalar && (words ?? format ?? pattern) === undefined) return node;
  const value = defined({ type, enum: words, format, pattern, minimum, maximum, exclusiveMinimum });
  const variable = { type: 'string', pattern: scalar ? `^${name}$` : name };
  return { ...rest, anyOf: [value, variable] } as SchemaNode;
}

function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
