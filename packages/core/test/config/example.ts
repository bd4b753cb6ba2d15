/** A whole configuration that is right; tests change what they are about. */
export function exampleConfig() {
  return {
    snowflake: { account: 'ORG-ACC', user: 'LOADER', warehouse: 'WH', password: 'pw-snow' },
    postgres: { host: 'localhost', user: 'loader', password: 'pw-pg' },
    sources: [
      {
        source_name: 'sales',
        source_sf_database: 'PROD',
        source_sf_schema: 'PUBLIC',
        target_pg_database: 'dwh',
        target_pg_schema: 'sales',
        tables: [exampleTable()],
      },
    ],
  };
}

export function exampleTable(values: Record<string, unknown> = {}): Record<string, unknown> {
  return { source: 'ORDERS', target: 'orders', truncate_onstart: true, ...values };
}

/** The example with these tables in its one source, and these keys at its top. */
export function configWith(
  tables: readonly Record<string, unknown>[],
  global: Record<string, unknown> = {},
): Record<string, unknown> {
  const example = exampleConfig();
  return { ...example, ...global, sources: [{ ...example.sources[0], tables }] };
}
