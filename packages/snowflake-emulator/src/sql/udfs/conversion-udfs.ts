import { castInterval, intervalText, parseInterval } from '../values/interval.ts';
import type { ParsedMoment } from '../values/moment.ts';
import { parseDecfloat } from '../values/parse-decfloat.ts';
import { parseNumber } from '../values/parse-number.ts';
import { parseMoment, parseTime } from '../values/parse-timestamp.ts';
import { failure, type TextFunction } from './text-function.ts';
import { withModel } from './text-udfs.ts';

type Args = readonly (string | null)[];

/** NULL in `safe` mode, an error else. */
function orFail(mode: string | null | undefined, fail: () => Error): null {
  if (mode === 'safe') return null;
  throw fail();
}

/** https://docs.snowflake.com/en/sql-reference/functions/to_boolean */
const TRUE = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', 'off', '0']);

function parseBoolean([text, mode]: Args): string | null {
  const lower = (text ?? '').trim().toLowerCase();
  if (TRUE.has(lower)) return 'true';
  if (FALSE.has(lower)) return 'false';
  return orFail(mode, () =>
    failure('100037', '22018', `Boolean value '${text}' is not recognized`),
  );
}

/** A format that a function's argument gave is named; see mlorek/frostlake, docs/functions.md. */
function notRead(
  kind: string,
  text: string | null | undefined,
  format: string | null | undefined,
  explicit: string | null | undefined,
): string {
  return explicit === 'explicit' && format?.toUpperCase() !== 'AUTO'
    ? `Can't parse '${text}' as ${kind.toLowerCase()} with format '${format}'`
    : `${kind} '${text}' is not recognized`;
}

function parseDate([text, format, mode, explicit]: Args): string | null {
  const moment = parseMoment(text ?? '', format ?? 'AUTO');
  if (moment !== undefined) return String(Math.floor(moment.seconds / 86_400));
  return orFail(mode, () => failure('100040', '22007', notRead('Date', text, format, explicit)));
}

function parseTimeText([text, format, scale, mode, explicit]: Args): string | null {
  const nanos = parseTime(text ?? '', format ?? 'AUTO');
  if (nanos !== undefined) return String(nanos - (nanos % unit(scale)));
  return orFail(mode, () => failure('100108', '22007', notRead('Time', text, format, explicit)));
}

function unit(scale: string | null | undefined): bigint {
  return 10n ** BigInt(9 - Number(scale ?? 9));
}

/** A wall clock times 2^12 plus its offset in minutes + 1440, or plus 4095 if the text has none. */
function parseMomentText([text, format, scale, mode, explicit]: Args): string | null {
  const moment = parseMoment(text ?? '', format ?? 'AUTO');
  if (moment !== undefined) return String(pack(moment, unit(scale)));
  return orFail(mode, () =>
    failure('100035', '22007', notRead('Timestamp', text, format, explicit)),
  );
}

function pack({ seconds, nanos, offset }: ParsedMoment, unit: bigint): bigint {
  const fraction = BigInt(nanos) - (BigInt(nanos) % unit);
  const wall = BigInt(seconds) * 1_073_741_824n + fraction;
  return wall * 4096n + BigInt(offset === undefined ? 4095 : offset + 1440);
}

function parseFormatted([text, format, mode]: Args): string | null {
  const number = withModel(`input format model '${format}' for FIXED`, () =>
    parseNumber(text ?? '', format ?? ''),
  );
  if (number !== undefined) return number;
  return orFail(mode, () =>
    failure('100038', '22018', `Can't parse '${text}' as number with format '${format}'`),
  );
}

function checkHex([text, mode]: Args): string | null {
  const clean = (text ?? '').replaceAll(/\s/g, '');
  if (clean.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(clean)) return clean;
  return orFail(mode, () =>
    failure('100115', '22000', `The following string is not a legal hex-encoded value: '${text}'`),
  );
}

function base64ToHex([text, mode]: Args): string | null {
  const clean = (text ?? '').replaceAll(/\s/g, '');
  if (clean.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(clean)) {
    return Buffer.from(clean, 'base64').toString('hex');
  }
  return orFail(mode, () =>
    failure(
      '100116',
      '22000',
      `The following string is not a legal base64-encoded value: '${text}'`,
    ),
  );
}

function decfloat([text, mode]: Args): string | null {
  const value = parseDecfloat(text ?? '');
  return (
    value ??
    orFail(mode, () => failure('100038', '22018', `Numeric value '${text}' is not recognized`))
  );
}

function interval([text, spelling, mode]: Args): string | null {
  const value = parseInterval(text ?? '', spelling ?? '');
  if (value !== undefined) return String(value);
  return orFail(mode, () => failure('100035', '22007', `Interval '${text}' is not recognized`));
}

function intervalCast([kept, spelling]: Args): string {
  const value = castInterval(BigInt(kept ?? 0), spelling ?? '');
  if (value !== undefined) return String(value);
  throw failure('100035', '22007', `Interval out of representable range, type: ${spelling}`);
}

/** https://docs.snowflake.com/en/sql-reference/data-types-uuid: whatever case it has. */
function uuid([text, mode]: Args): string | null {
  const lower = (text ?? '').trim().toLowerCase();
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(lower)) return lower;
  return orFail(mode, () => failure('100037', '22018', `UUID value '${text}' is not recognized`));
}

export const CONVERSIONS: Readonly<Record<string, TextFunction>> = {
  sf_parse_boolean: { run: parseBoolean },
  sf_parse_date: { run: parseDate },
  sf_parse_time: { run: parseTimeText },
  sf_parse_moment: { run: parseMomentText },
  sf_parse_number: { run: parseFormatted },
  sf_check_hex: { run: checkHex },
  sf_base64_hex: { run: base64ToHex },
  sf_parse_decfloat: { run: decfloat },
  sf_parse_interval: { run: interval },
  sf_interval_text: { run: ([kept, spelling]) => intervalText(BigInt(kept ?? 0), spelling ?? '') },
  sf_cast_interval: { run: intervalCast },
  sf_parse_uuid: { run: uuid },
};
