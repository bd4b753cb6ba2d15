import { quoteIdentifier, quoteTable } from './quote-identifier.ts';

/** Statements that give a role what it lacks, each with its semicolon: people run them as printed. */
export interface GrantSql {
  onTable(privileges: readonly string[], table: { schema: string; name: string }): string;
  onSchema(privileges: readonly string[], schema: string): string;
  onDatabase(privileges: readonly string[], database: string): string;
  /** Also where the schema is there already. */
  newSchema(schema: string): string;
  own(table: { schema: string; name: string }): string;
  onLedger(privileges: readonly string[]): string;
}

export function grantSql(role: string): GrantSql {
  const to = `TO ${quoteIdentifier(role)};`;
  const onSchema: GrantSql['onSchema'] = (privileges, schema) =>
    `GRANT ${privileges.join(', ')} ON SCHEMA ${quoteIdentifier(schema)} ${to}`;
  return {
    onTable: (privileges, table) => `GRANT ${privileges.join(', ')} ON ${quoteTable(table)} ${to}`,
    onSchema,
    onDatabase: (privileges, database) =>
      `GRANT ${privileges.join(', ')} ON DATABASE ${quoteIdentifier(database)} ${to}`,
    newSchema: (schema) =>
      `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}; ${onSchema(['USAGE', 'CREATE'], schema)}`,
    own: (table) => `ALTER TABLE ${quoteTable(table)} OWNER ${to}`,
    onLedger: (privileges) =>
      `GRANT ${privileges.join(', ')} ON ALL TABLES IN SCHEMA snowmelt ${to}`,
  };
}
