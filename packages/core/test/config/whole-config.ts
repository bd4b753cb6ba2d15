import { documentedJsonSchema, type SchemaNode } from '../../src/config/json-schema.ts';

/** Keys that stand in place of others: they come in files of their own. */
export const alternatives = new Set([
  'snowflake.connection',
  'snowflake.password',
  'snowflake.token',
  'snowflake.authenticator',
  'snowflake.oauth_client_id',
  'snowflake.oauth_client_secret',
  'snowflake.oauth_token_request_url',
  'snowflake.oauth_authorization_url',
  'snowflake.oauth_redirect_uri',
  'snowflake.oauth_scope',
  'snowflake.workload_identity_provider',
  'snowflake.workload_identity_impersonation_path',
  'snowflake.workload_identity_entra_resource',
  'snowflake.workload_identity_azure_client_id',
  'postgres.url',
  'postgres.aws_region',
  // Of a source with *, which stands for many.
  'sources[].tables[].exclude',
  'sources[].tables[].kinds',
]);

/** What a file holds for a key at a place of the list, instead of its example. */
export type Placed = Readonly<Record<string, (index: number) => unknown>>;

/**
 * A configuration with every key of the schema but the alternatives: each value is the key's own
 * example, numbers and words varied from table to table. A key without an example throws.
 */
export function wholeConfig(placed: Placed, tables: number, sources: number) {
  const build = (path: string, node: SchemaNode, index: number): unknown => {
    const own = placed[path];
    if (own !== undefined) return own(index);
    if (node.type === 'array' && propertiesOf(node) !== undefined) {
      const top = path === 'sources';
      return Array.from({ length: top ? sources : share(tables, sources, index) }, (_, at) =>
        object(`${path}[]`, node.items as SchemaNode, top ? at : at * sources + index),
      );
    }
    if (node.properties !== undefined) return object(path, node, index);
    return vary(path, node, index);
  };
  const object = (path: string, node: SchemaNode, index: number) => {
    const keys = Object.entries(node.properties ?? {})
      .map(([key, child]) => [key, path === '' ? key : `${path}.${key}`, child] as const)
      .filter(([, at]) => !alternatives.has(at));
    return Object.fromEntries(
      keys.map(([key, at, child]) => [key, build(at, child as SchemaNode, index)]),
    );
  };
  return object('', documentedJsonSchema(), 0);
}

/** Every key of the schema, with the node that says what it takes. */
export function schemaKeys(
  node: SchemaNode = documentedJsonSchema(),
  prefix = '',
): readonly (readonly [path: string, node: SchemaNode])[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, value]) => {
    const child = value as SchemaNode;
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const list = child.type === 'array' && propertiesOf(child) !== undefined;
    const inner = list ? schemaKeys(child.items as SchemaNode, `${path}[]`) : [];
    return [[path, child] as const, ...inner, ...(list ? [] : schemaKeys(child, path))];
  });
}

function propertiesOf({ items }: SchemaNode) {
  return typeof items === 'object' && !Array.isArray(items) ? items.properties : undefined;
}

function share(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}

function vary(path: string, node: SchemaNode, index: number): unknown {
  if (node.enum !== undefined) return node.enum[index % node.enum.length];
  if (node.type === 'boolean') return index % 2 === 0;
  const [example] = node.examples ?? [];
  if (example === undefined) throw new Error(`${path} has no example, and no place in the fixture`);
  return typeof example === 'number' ? example + (index % 3) : example;
}
