/** SHOW and DESCRIBE of stages and file formats: https://docs.snowflake.com/en/sql-reference/sql/show-stages and its neighbours. */

import type { StatementResult } from '../engine/contract.ts';
import { rowsResult, textColumn } from '../sql/statement-handler.ts';
import type { CommandContext } from './command-context.ts';
import { csvFormat } from './file-format.ts';
import { likeMatcher } from './like-matcher.ts';
import { missing } from './object-commands.ts';
import { textOption, type OptionMap } from './option-list.ts';
import type { NamedFormat, NamedStage } from './stage-catalog.ts';
import type { DescribeCommand, ShowCommand } from './stage-command.ts';

const STAGE_COLUMNS = [
  'created_on',
  'name',
  'database_name',
  'schema_name',
  'url',
  'has_credentials',
  'has_encryption_key',
  'owner',
  'comment',
  'region',
  'type',
  'cloud',
  'notification_channel',
  'storage_integration',
  'endpoint',
  'owner_role_type',
  'directory_enabled',
];
const FORMAT_COLUMNS = [
  'created_on',
  'name',
  'database_name',
  'schema_name',
  'type',
  'owner',
  'comment',
  'format_options',
  'owner_role_type',
];

export function showObjects(command: ShowCommand, context: CommandContext): StatementResult {
  const { store, session } = context;
  if (command.object === 'STAGE') {
    const stages = store.stages
      .visible(session.id)
      .filter((stage) => inScope(stage, command, context));
    return shown(STAGE_COLUMNS, stages.map(stageRow));
  }
  const formats = store.formats.visible(session.id).filter((f) => inScope(f, command, context));
  return shown(FORMAT_COLUMNS, formats.map(formatRow));
}

function shown(names: readonly string[], rows: readonly (string | null)[][]): StatementResult {
  const columns = names.map((name) =>
    name === 'created_on'
      ? { name, type: 'timestamp_ltz', nullable: true, precision: 0, scale: 3 }
      : textColumn(name),
  );
  return rowsResult(columns, rows);
}

function stageRow(stage: NamedStage): (string | null)[] {
  const { external } = stage;
  const internal = stage.encryption === 'SNOWFLAKE_SSE' ? 'INTERNAL NO CSE' : 'INTERNAL';
  const type = external === undefined ? internal : 'EXTERNAL';
  return [
    ...ownColumns(stage),
    external?.url ?? '',
    'N',
    'N',
    stage.owner,
    stage.comment,
    null,
    type,
    external === undefined ? null : cloudOf(external.url),
    null,
    external?.integration ?? null,
    null,
    'ROLE',
    stage.directoryTable ? 'Y' : 'N',
  ];
}

function cloudOf(url: string): string {
  if (url.startsWith('gcs')) return 'GCP';
  return url.startsWith('azure') ? 'AZURE' : 'AWS';
}

function formatRow(format: NamedFormat): (string | null)[] {
  const type = formatType(format.options);
  // What the other types show of their options is not known.
  const properties = type === 'CSV' ? formatProperties(format.options) : [['TYPE', type]];
  const options = JSON.stringify(Object.fromEntries(properties));
  return [
    ...ownColumns(format),
    formatType(format.options),
    format.owner,
    format.comment,
    options,
    'ROLE',
  ];
}

function ownColumns({ name, createdOn }: NamedStage | NamedFormat): string[] {
  const created = (createdOn.getTime() / 1000).toFixed(3);
  return [created, name.name, name.database, name.schema];
}

function inScope(
  { name }: NamedStage | NamedFormat,
  { like, scope }: ShowCommand,
  { session }: CommandContext,
): boolean {
  if (like !== undefined && !likeMatcher(like)(name.name)) return false;
  if (scope === 'account') return true;
  if (scope?.length === 1) return name.database === scope[0];
  const own = session.resolveName([...(scope ?? []).filter((part) => part !== ''), 'X']);
  return name.database === own.database && name.schema === own.schema;
}

export function describeObject(command: DescribeCommand, context: CommandContext): StatementResult {
  const { store, session } = context;
  const name = session.resolveName(command.name);
  if (command.object === 'FILE FORMAT') {
    const format = store.formats.find(name, session.id);
    if (format === undefined) throw missing('FILE FORMAT', name);
    return described(formatProperties(format.options), undefined);
  }
  const stage = store.stages.find(name, session.id);
  if (stage === undefined) throw missing('STAGE', name);
  const properties = formatProperties(store.expandFormat(stage.fileFormat, session));
  return described(properties, 'STAGE_FILE_FORMAT', [
    ['DIRECTORY', 'ENABLE', 'Boolean', String(stage.directoryTable), 'false'],
  ]);
}

type Property = readonly [name: string, value: string];

function described(
  properties: readonly Property[],
  parent: string | undefined,
  more: readonly (readonly string[])[] = [],
): StatementResult {
  const names = ['property', 'property_type', 'property_value', 'property_default'];
  const defaults = new Map(formatProperties(new Map()));
  const rows = properties.map(([name, value]) => {
    const row = [name, propertyType(value), value, defaults.get(name) ?? ''];
    return parent === undefined ? row : [parent, ...row];
  });
  const columns = parent === undefined ? names : ['parent_property', ...names];
  return rowsResult(columns.map(textColumn), [...rows, ...more]);
}

function propertyType(value: string): string {
  if (value === 'true' || value === 'false') return 'Boolean';
  return value.startsWith('[') ? 'List' : 'String';
}

function formatType(options: OptionMap): string {
  return textOption(options, 'TYPE')?.toUpperCase() ?? 'CSV';
}

function formatProperties(options: OptionMap): readonly Property[] {
  const format = csvFormat(options);
  return [
    ['TYPE', 'CSV'],
    ['RECORD_DELIMITER', visible(format.recordDelimiter)],
    ['FIELD_DELIMITER', visible(format.fieldDelimiter)],
    ['FILE_EXTENSION', format.fileExtension ?? ''],
    ['SKIP_HEADER', String(format.skipHeader)],
    ['DATE_FORMAT', format.dateFormat ?? 'AUTO'],
    ['TIME_FORMAT', format.timeFormat ?? 'AUTO'],
    ['TIMESTAMP_FORMAT', format.timestampFormat ?? 'AUTO'],
    ['BINARY_FORMAT', format.binaryFormat],
    ['ESCAPE', visible(format.escape)],
    ['ESCAPE_UNENCLOSED_FIELD', visible(format.escapeUnenclosed)],
    ['TRIM_SPACE', String(format.trimSpace)],
    ['FIELD_OPTIONALLY_ENCLOSED_BY', visible(format.enclosure)],
    ['NULL_IF', `[${format.nullIf.map(visible).join(', ')}]`],
    ['COMPRESSION', format.compression],
    ['ERROR_ON_COLUMN_COUNT_MISMATCH', String(format.errorOnColumnCountMismatch)],
    ['SKIP_BLANK_LINES', String(format.skipBlankLines)],
    ['EMPTY_FIELD_AS_NULL', String(format.emptyFieldAsNull)],
    ['ENCODING', 'UTF8'],
  ];
}

/** `\n` and its like as they are written; NONE for what is not set. */
function visible(text: string | undefined): string {
  if (text === undefined) return 'NONE';
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return escaped.replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}
