import type { TableVariant } from './statement.ts';
import { readOptions } from './read-options.ts';
import type { CreateTable, DynamicAction, Statement, TableOptions } from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import { unsupported } from '../unsupported.ts';

/** `HYBRID` and its kin before TABLE, which are consumed with it; undefined for anything else. */
export function readTableVariant(reader: TokenReader): TableVariant | undefined {
  if (reader.accept('HYBRID', 'TABLE')) return 'hybrid';
  if (reader.accept('DYNAMIC', 'TABLE')) return 'dynamic';
  if (reader.accept('ICEBERG', 'TABLE')) return 'iceberg';
  return undefined;
}

/** `INDEX name (a, b) [INCLUDE (c)]` of a hybrid table: it changes no answer, so that it is read over. */
export function skipIndex(reader: TokenReader, variant: TableVariant | undefined): boolean {
  if (variant !== 'hybrid' || !reader.isWord('INDEX') || reader.isSymbol(',', 1)) return false;
  reader.next();
  reader.name();
  reader.parenthesised(() => reader.identifier());
  if (reader.accept('INCLUDE')) reader.parenthesised(() => reader.identifier());
  return true;
}

const OWN_OPTIONS: Readonly<Record<TableVariant, readonly string[]>> = {
  hybrid: [],
  external: [],
  iceberg: [
    'EXTERNAL_VOLUME',
    'CATALOG',
    'BASE_LOCATION',
    'CATALOG_SYNC',
    'STORAGE_SERIALIZATION_POLICY',
  ],
  dynamic: [
    'TARGET_LAG',
    'WAREHOUSE',
    'REFRESH_MODE',
    'INITIALIZE',
    'INITIALIZATION_WAREHOUSE',
    'SCHEDULER',
  ],
};

export interface VariantOptions {
  readonly options: TableOptions;
  readonly own: ReadonlyMap<string, string>;
}

/** The options of a table and those of its variant, in any order. */
export function readVariantOptions(reader: TokenReader, variant: TableVariant): VariantOptions {
  const own = new Map<string, string>();
  let options: TableOptions = readOptions(reader);
  for (;;) {
    const name = reader.acceptOneOf(...OWN_OPTIONS[variant]);
    if (name === undefined) break;
    reader.expectSymbol('=');
    own.set(name, reader.next().text);
    options = { ...options, ...readOptions(reader) };
  }
  const catalog = own.get('CATALOG');
  if (catalog !== undefined && catalog.toUpperCase() !== 'SNOWFLAKE')
    throw unsupported('Iceberg tables of an external catalog');
  return { options, own };
}

type Dynamic = NonNullable<CreateTable['dynamic']>;

/** What a dynamic table keeps of its statement. `start` is where its query begins. */
export function dynamicSettings(
  reader: TokenReader,
  own: ReadonlyMap<string, string>,
  [start, queryStart]: readonly [number, number],
): Dynamic {
  const initialize = own.get('INITIALIZE')?.toUpperCase() ?? 'ON_CREATE';
  if (initialize !== 'ON_CREATE') throw unsupported(`INITIALIZE = ${initialize}`);
  return {
    targetLag: own.get('TARGET_LAG') ?? 'DOWNSTREAM',
    warehouse: own.get('WAREHOUSE')?.toUpperCase() ?? '',
    refreshMode: own.get('REFRESH_MODE')?.toUpperCase() ?? 'AUTO',
    text: reader.sql.slice(start, reader.lastEnd),
    queryText: reader.sql.slice(queryStart, reader.lastEnd),
  };
}

/** After ALTER DYNAMIC TABLE. */
export function readAlterDynamic(reader: TokenReader): Statement {
  const ifExists = reader.accept('IF', 'EXISTS');
  const name = reader.name();
  const action: DynamicAction | undefined = reader.acceptOneOf('REFRESH', 'SUSPEND', 'RESUME');
  if (action === undefined) throw unsupported(`ALTER DYNAMIC TABLE ${reader.token.text}`);
  return { kind: 'alterDynamic', name, ifExists, action };
}
