import type { ColumnPair, LogicalType, TypeDecision, TypeDecisions } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier } from '../sql/quote-identifier.ts';

/** The type of an extension in which a new column keeps more than in one of PostgreSQL's own. */
interface ExtensionType {
  readonly name: 'vector' | 'geography' | 'geometry';
  /** What follows the name in SQL. */
  readonly modifier: string;
  readonly extension: string;
}

/** pgvector's limit (github.com/pgvector/pgvector, "Vector Type"); a vector of it holds 32-bit floats. */
const mostDimensions = 16_000;

function wanted(type: LogicalType): ExtensionType | undefined {
  if (type.kind === 'spatial') return { name: type.model, modifier: '', extension: 'PostGIS' };
  const isVector = type.kind === 'vector' && type.element === 'float';
  if (!isVector || type.dimension > mostDimensions) return undefined;
  return { name: 'vector', modifier: `(${type.dimension})`, extension: 'pgvector' };
}

interface FoundRow {
  readonly name: string;
  readonly schema: string;
}

/** A base type of that name, of an extension where there are several, that the role may use. */
const foundSql = `
SELECT DISTINCT ON (t.typname) t.typname::text AS name, n.nspname::text AS schema
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
WHERE t.typname = ANY($1::name[]) AND t.typtype = 'b' AND t.typisdefined
  AND has_type_privilege(t.oid, 'USAGE') AND has_schema_privilege(n.oid, 'USAGE')
ORDER BY t.typname, d.objid IS NULL, n.nspname`;

export interface ExtensionColumn {
  readonly pair: ColumnPair;
  readonly type: ExtensionType;
}

/** Of the columns that a run creates, those for which an extension may have a type. */
export function extensionColumns(created: readonly ColumnPair[]): readonly ExtensionColumn[] {
  return created.flatMap((pair) => {
    const type = wanted(pair.source.type);
    return type === undefined ? [] : [{ pair, type }];
  });
}

/** Whether the database has the types, which are then the columns'. */
export async function extensionTypes(
  session: Session,
  columns: readonly ExtensionColumn[],
): Promise<TypeDecisions> {
  const names = [...new Set(columns.map(({ type }) => type.name))];
  const { rows } = await session.query<FoundRow & object>(foundSql, [names]);
  const schemas = new Map(rows.map(({ name, schema }) => [name, schema]));
  const decisions: TypeDecision[] = [];
  const notices: string[] = [];
  for (const { pair, type } of columns) {
    const schema = schemas.get(type.name);
    if (schema === undefined) notices.push(without(pair, type));
    else decisions.push(decision(pair, type, schema));
  }
  return { decisions, notices };
}

function decision(pair: ColumnPair, type: ExtensionType, schema: string): TypeDecision {
  const newType = `${quoteIdentifier(schema)}.${type.name}${type.modifier}`;
  return { column: pair.target, type: pair.source.type, newType };
}

const instead = {
  vector: 'an array of real',
  geography: 'text (GeoJSON)',
  geometry: 'text (hexadecimal EWKB)',
} as const;

function without({ source, target }: ColumnPair, { name, extension }: ExtensionType): string {
  return (
    `${target}: ${source.nativeType} becomes ${instead[name]}, since ${extension} is not in the ` +
    'target database (CREATE EXTENSION there first to have its type)'
  );
}
