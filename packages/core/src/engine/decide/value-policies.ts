import type { TableJob } from '../../contract/table-job.ts';
import type { ColumnPair } from '../../contract/column-pair.ts';

type PolicyJob = Pick<
  TableJob,
  'extraDigits' | 'lostZone' | 'unsupportedText' | 'unsupportedJson' | 'watermark'
> & { readonly uniqueness?: readonly string[] };

/** What the configuration says of values that the target can't hold, put into the pairs it is about. */
export function applyValuePolicies(
  job: PolicyJob,
  pairs: readonly ColumnPair[],
): readonly ColumnPair[] {
  return pairs.map((pair) => ({
    ...pair,
    ...digitsRule(job, pair),
    ...zoneRule(job, pair),
    ...textRule(job, pair),
    ...jsonRule(job, pair),
  }));
}

/** A watermark is never rounded up: the next run would begin above rows that it has not seen. */
function digitsRule(
  { extraDigits, watermark }: Pick<TableJob, 'extraDigits' | 'watermark'>,
  { source, fractionDigits }: ColumnPair,
): Pick<ColumnPair, 'extraDigits'> {
  if (extraDigits === undefined || fractionDigits === undefined) return {};
  const isWatermark = watermark?.source.toLowerCase() === source.name.toLowerCase();
  return extraDigits === 'round' && isWatermark ? {} : { extraDigits };
}

/**
 * Two moments may show the same clock, and a later one an earlier clock: what rows are found or
 * compared by keeps to UTC, and an instant has no clock of its own. Where there is no rule, the
 * target refuses the column.
 */
function zoneRule(
  { lostZone, watermark, uniqueness = [] }: PolicyJob,
  { source, target, targetType }: ColumnPair,
): Pick<ColumnPair, 'lostZone'> {
  if (source.type.kind !== 'timestamp' || source.type.zone === 'none') return {};
  if (targetType?.kind !== 'timestamp' || targetType.zone !== 'none') return {};
  if (lostZone === undefined) return {};
  const compared = [...uniqueness, watermark?.source].map((name) => name?.toLowerCase());
  const isCompared = [source.name, target].some((name) => compared.includes(name.toLowerCase()));
  const clocked = source.type.zone === 'offset' && !isCompared;
  return lostZone === 'utc' || clocked ? { lostZone } : {};
}

/** A key that is changed could become another one, whose row it would take. */
function isKey({ uniqueness = [] }: PolicyJob, { source, target }: ColumnPair): boolean {
  const keys = uniqueness.map((name) => name.toLowerCase());
  return [source.name, target].some((name) => keys.includes(name.toLowerCase()));
}

function textRule(job: PolicyJob, pair: ColumnPair): Pick<ColumnPair, 'unsupportedText'> {
  const { unsupportedText } = job;
  const { kind } = pair.source.type;
  const holdsText = kind === 'text' || kind === 'json';
  return unsupportedText !== undefined && holdsText && !isKey(job, pair) ? { unsupportedText } : {};
}

function jsonRule(job: PolicyJob, pair: ColumnPair): Pick<ColumnPair, 'unsupportedJson'> {
  const { unsupportedJson } = job;
  const isJson = pair.source.type.kind === 'json' && !isKey(job, pair);
  return unsupportedJson !== undefined && isJson ? { unsupportedJson } : {};
}

/** In words, for the notices of a plan; a policy that touches no column is not said. */
export function policyNotices(pairs: readonly ColumnPair[]): readonly string[] {
  return [
    ...pairs.flatMap(digitsNotice),
    ...pairs.flatMap(zoneNotice),
    ...textNotice(pairs),
    ...jsonNotice(pairs),
    ...doublesNotice(pairs),
  ];
}

function digitsNotice({ source, fractionDigits, extraDigits }: ColumnPair): readonly string[] {
  if (fractionDigits === undefined || extraDigits === 'text') return [];
  const digits = `${fractionDigits} digits of a second`;
  const what = {
    cut: `is cut to ${digits}`,
    round: `is rounded by PostgreSQL to ${digits}`,
    fail: `goes into ${digits}: rows with more are refused`,
  };
  return [`${source.name}: ${source.nativeType} ${what[extraDigits ?? 'cut']}`];
}

function zoneNotice({ source, lostZone }: ColumnPair): readonly string[] {
  if (lostZone === undefined) return [];
  const kept = lostZone === 'utc' ? 'as it stands in UTC' : 'as its clock shows it';
  return [`${source.name}: ${source.nativeType} is kept without its time zone, ${kept}`];
}

function textNotice(pairs: readonly ColumnPair[]): readonly string[] {
  const policy = pairs.find(
    ({ unsupportedText }) => unsupportedText !== undefined,
  )?.unsupportedText;
  if (policy === undefined) return [];
  return [`U+0000 in text and JSON is ${policy === 'strip' ? 'taken out' : 'replaced by U+FFFD'}`];
}

function jsonNotice(pairs: readonly ColumnPair[]): readonly string[] {
  const policy = pairs.find(
    ({ unsupportedJson }) => unsupportedJson !== undefined,
  )?.unsupportedJson;
  if (policy === undefined) return [];
  return [`NaN and infinities in JSON become ${policy === 'null' ? 'null' : 'strings'}`];
}

/** Of a structured type that names its types, only where one of them is a DOUBLE or may hold one. */
const mayHoldDoubles = /\b(?:FLOAT|DOUBLE|REAL|VARIANT)\b|\b(?:OBJECT|ARRAY)\b(?!\s*\()/iu;

/** Snowflake writes them so (docs/reference/types.md): nothing that reads them can have the 17th. */
function doublesNotice(pairs: readonly ColumnPair[]): readonly string[] {
  const names = pairs
    .filter(({ source }) => source.type.kind === 'json' && mayHoldDoubles.test(source.nativeType))
    .map(({ source }) => source.name);
  if (names.length === 0) return [];
  return [`${names.join(', ')}: a DOUBLE in JSON comes with 16 digits, as Snowflake writes it`];
}
