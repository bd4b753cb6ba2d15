import type {
  CatalogDatabase,
  CatalogSchema,
  CatalogTable,
  CatalogView,
  Share,
} from './catalog-objects.ts';

/**
 * The schemas that a database made from a share has now: what was granted to the share, as far as it
 * is still there. What the provider changes is seen at once.
 */
export function sharedSchemas(
  share: Share,
  consumer: Pick<CatalogDatabase, 'name' | 'createdNs'>,
): Map<string, CatalogSchema> {
  const present = [...(share.database?.schemas.values() ?? [])];
  return new Map(
    present
      .filter((schema) => share.schemas.has(schema))
      .map((schema) => [schema.name, sharedSchema(share, schema, consumer)]),
  );
}

function sharedSchema(
  share: Share,
  schema: CatalogSchema,
  { name, createdNs }: Pick<CatalogDatabase, 'name' | 'createdNs'>,
): CatalogSchema {
  const shown = [...schema.objects.values()].filter((object) => share.objects.has(object));
  return {
    name: schema.name,
    database: name,
    objects: new Map(shown.map((object) => [object.name, asImported(object, name)])),
    dropped: [],
    createdNs,
    transient: false,
  };
}

/** The object under the consumer's name. A secure view's text is its provider's secret. */
function asImported(
  object: CatalogTable | CatalogView,
  database: string,
): CatalogTable | CatalogView {
  const seen = { database, owner: '', imported: true } as const;
  if (object.kind === 'table') return { ...object, ...seen };
  const home = object.home ?? { database: object.database, schema: object.schema };
  return { ...object, ...seen, home, text: '' };
}
