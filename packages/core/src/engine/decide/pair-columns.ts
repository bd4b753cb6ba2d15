import type { ColumnPair } from '../../contract/column-pair.ts';
import type { ColumnChoice, TableJob } from '../../contract/table-job.ts';
import type { ColumnSchema, TableSchema } from '../../contract/table-schema.ts';
import type { CreatesTables } from '../../contract/target.ts';

export interface PairedColumns {
  readonly pairs: readonly ColumnPair[];
  /** Source columns that the target lacks, and which may not be added. */
  readonly leftOut: readonly string[];
  /** Names of the configuration that the source does not have. */
  readonly unknown: readonly string[];
}

/**
 * Which source column goes into which target column. A mapped name is taken as it is. Else a
 * column of an existing target is found by the same name, by the lower-case name, or by the only
 * name that differs in nothing but case. New columns get the lower-case name where Snowflake's
 * would need no quotes, since then nobody chose its capitals.
 */
export function pairColumns(
  source: TableSchema,
  existing: TableSchema | undefined,
  choice: ColumnChoice,
  rules: { readonly mayAdd: boolean; readonly fractionDigits: CreatesTables['fractionDigits'] },
): PairedColumns {
  const leftOut: string[] = [];
  const pairs: ColumnPair[] = [];
  for (const column of chosen(source.columns, choice)) {
    const found = findTarget(column, existing, choice.mapping);
    if (found === undefined && existing !== undefined && !rules.mayAdd) leftOut.push(column.name);
    else pairs.push(pair(column, found, choice.mapping, rules.fractionDigits));
  }
  return { pairs, leftOut, unknown: unknownNames(source.columns, choice) };
}

/** The name that a column or table gets where the run creates it. */
export function foldedName(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name.toLowerCase() : name;
}

function pair(
  source: ColumnSchema,
  found: ColumnSchema | undefined,
  mapping: ColumnChoice['mapping'],
  fractionDigits: CreatesTables['fractionDigits'],
): ColumnPair {
  const digits = fractionDigits(source, found);
  return {
    source,
    target: found?.name ?? mapped(mapping, source.name) ?? foldedName(source.name),
    ...(found === undefined ? {} : { targetType: found.type }),
    ...(digits === undefined ? {} : { fractionDigits: digits }),
  };
}

/** A column may be called as something that every object has, such as `constructor`. */
function mapped(mapping: ColumnChoice['mapping'], name: string): string | undefined {
  return Object.hasOwn(mapping, name) ? mapping[name] : undefined;
}

function chosen(columns: readonly ColumnSchema[], choice: ColumnChoice): readonly ColumnSchema[] {
  const include = choice.include === undefined ? undefined : new Set(choice.include);
  const exclude = new Set(choice.exclude);
  return columns.filter(({ name }) => (include?.has(name) ?? true) && !exclude.has(name));
}

function findTarget(
  column: ColumnSchema,
  existing: TableSchema | undefined,
  mapping: ColumnChoice['mapping'],
): ColumnSchema | undefined {
  if (existing === undefined) return undefined;
  const named = (name: string) => existing.columns.find((target) => target.name === name);
  const own = mapped(mapping, column.name);
  if (own !== undefined) return named(own);
  return (
    named(column.name) ?? named(column.name.toLowerCase()) ?? onlyByCase(column.name, existing)
  );
}

function onlyByCase(name: string, existing: TableSchema): ColumnSchema | undefined {
  const lower = name.toLowerCase();
  const same = existing.columns.filter((target) => target.name.toLowerCase() === lower);
  return same.length === 1 ? same[0] : undefined;
}

function unknownNames(columns: readonly ColumnSchema[], choice: ColumnChoice): readonly string[] {
  const known = new Set(columns.map(({ name }) => name));
  const asked = [...(choice.include ?? []), ...choice.exclude, ...Object.keys(choice.mapping)];
  return [...new Set(asked.filter((name) => !known.has(name)))];
}

/** The name itself, or the only one that differs from it in nothing but case. */
export function findName(names: readonly string[], wanted: string): string | undefined {
  if (names.includes(wanted)) return wanted;
  const lower = wanted.toLowerCase();
  const same = names.filter((name) => name.toLowerCase() === lower);
  return same.length === 1 ? same[0] : undefined;
}

/**
 * The choice of columns, with the watermark's place: two names that have nothing in common are a
 * mapping, where the column has no other place.
 */
export function watermarkMapped(
  { columns, watermark }: TableJob,
  source: TableSchema,
  existing: TableSchema | undefined,
): ColumnChoice {
  if (watermark === undefined) return columns;
  const name = findName(namesOf(source), watermark.source);
  if (name === undefined || mapped(columns.mapping, name) !== undefined) return columns;
  const targets = existing === undefined ? [] : namesOf(existing);
  const hasPlace =
    name.toLowerCase() === watermark.target.toLowerCase() || findName(targets, name) !== undefined;
  if (hasPlace) return columns;
  const target = findName(targets, watermark.target) ?? watermark.target;
  return { ...columns, mapping: { ...columns.mapping, [name]: target } };
}

function namesOf({ columns }: TableSchema): readonly string[] {
  return columns.map(({ name }) => name);
}
