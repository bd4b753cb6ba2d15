/** The type of a JSON Schema node, for people. */
export function typeOf(node) {
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(' or ');
  if (node.enum !== undefined) return 'word';
  if (node.type === 'array')
    return `list of ${node.items.properties ? 'objects' : `${typeOf(node.items)}s`}`;
  if (node.type === 'object')
    return node.properties === undefined ? 'object of name → name' : 'object';
  return types[node.format ?? node.type];
}

const types = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'boolean',
  uri: 'URL',
};

/** The values that a node takes, as far as the schema limits them; empty where it does not. */
export function rangeOf(node) {
  if (node.anyOf !== undefined) return node.anyOf.map(rangeOf).filter(Boolean).join(', or ');
  if (node.enum !== undefined) return node.enum.map((word) => `\`${word}\``).join(', ');
  if (node.type === 'array') {
    const least = node.minItems === undefined ? [] : [`at least ${node.minItems}`];
    const each = node.items.properties ? '' : rangeOf(node.items);
    return [...least, ...(each === '' ? [] : [`each ${each}`])].join('; ');
  }
  if (node.type === 'boolean') return '`true`, `false`';
  if (node.exclusiveMinimum !== undefined) return `above ${node.exclusiveMinimum}`;
  if (node.type === 'integer') return numbers(node);
  return node.type === 'string' ? letters(node) : '';
}

function numbers({ minimum, maximum }) {
  if (minimum === undefined) return maximum === undefined ? '' : `at most ${maximum}`;
  return maximum === undefined ? `${minimum} and more` : `${minimum} to ${maximum}`;
}

function letters({ minLength, maxLength, pattern }) {
  if (pattern !== undefined) return `matches \`${pattern}\``;
  if (maxLength !== undefined) return `${minLength ?? 0} to ${maxLength} characters`;
  return minLength === undefined ? '' : 'not empty';
}
