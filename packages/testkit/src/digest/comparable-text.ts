import { digestRule, type ColumnPair, type LogicalType } from '@snowmelt/core';

/**
 * A field as the digest takes it (docs/reference/digest.md), from its canonical CSV text. Throws
 * `RangeError` for a text that is not of the column's type.
 */
export function comparableText(column: ColumnPair, text: string | null): string {
  if (text === null) return '';
  const { type } = column.source;
  switch (type.kind) {
    case 'boolean':
      return ['t', 'true'].includes(text) ? 't' : 'f';
    case 'decimal':
      return decimalText(text, type.scale ?? 0);
    case 'text':
      return `"${trimmed(text, column).replaceAll('"', '""')}"`;
    case 'time':
      return timeText(text, digitsOf(column, type.precision));
    case 'timestamp':
      return timestampText(text, markedZone(column, type.zone), digitsOf(column, type.precision));
    case 'binary':
      return text.toLowerCase();
    case 'date':
      return text;
    case 'decfloat':
    case 'float':
    case 'interval':
    case 'json':
    case 'spatial':
    case 'unknown':
    case 'uuid':
    case 'vector':
      throw new RangeError(`${column.source.name}: ${type.kind} takes no part in the digest`);
  }
}

function digitsOf({ fractionDigits }: ColumnPair, own: number): number {
  return fractionDigits ?? own;
}

function markedZone({ lostZone }: ColumnPair, own: Zone): Zone {
  return lostZone === 'wall_clock' ? 'none' : own;
}

function trimmed(text: string, column: ColumnPair): string {
  return digestRule(column).takes === 'trimmed' ? text.replace(/ +$/, '') : text;
}

function decimalText(text: string, scale: number): string {
  const parts = /^([+-]?)0*(\d*)(?:\.(\d*))?$/.exec(text);
  if (parts === null) throw new RangeError(`not a decimal: ${text}`);
  const [, sign = '', whole = '', fraction = ''] = parts;
  const digits = fraction.padEnd(scale, '0').slice(0, scale);
  const magnitude = `${whole === '' ? '0' : whole}${scale === 0 ? '' : `.${digits}`}`;
  return sign === '-' && /[1-9]/.test(magnitude) ? `-${magnitude}` : magnitude;
}

function timeText(text: string, digits: number): string {
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}${fractionText(fraction, digits)}`;
}

function fractionText(fraction: string, digits: number): string {
  return digits === 0 ? '' : `.${fraction.padEnd(digits, '0').slice(0, digits)}`;
}

const timestampPattern =
  /^(\d{4,})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?$/;

type Zone = Extract<LogicalType, { kind: 'timestamp' }>['zone'];

function timestampText(text: string, zone: Zone, digits: number): string {
  const parts = timestampPattern.exec(text);
  if (parts === null) throw new RangeError(`not a timestamp: ${text}`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(Number);
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second);
  const offset = zone === 'none' ? 0 : offsetMinutes(parts[8] ?? 'Z');
  const utc = new Date(local.getTime() - offset * 60_000).toISOString();
  // Years of more than four digits are written +0NNNNN.
  const wall = utc.slice(0, -'.000Z'.length).replace(/^\+0/, '');
  return `${wall}${fractionText(parts[7] ?? '', digits)}${zone === 'none' ? '' : 'Z'}`;
}

function offsetMinutes(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', '') || 0);
  return offset.startsWith('-') ? -minutes : minutes;
}
