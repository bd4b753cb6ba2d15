import { renderText } from '../typed/render-text.ts';
import { toJson } from '../typed/cast-to-json.ts';
import { textToBinary } from '../typed/cast-from-text.ts';
import { quoteText, typed, type CallContext, type Typed } from '../typed/typed.ts';
import { binaryType, isSemiStructured, numberType, textType, typeText } from '../sql-type.ts';
import { unsupported } from '../unsupported.ts';
import { asText, at, constantText, simple, type FunctionCompiler } from './function-spec.ts';

/** Hash functions take text as UTF-8, or binary. */
function bytesOrText(value: Typed, context: CallContext): string {
  return value.type.name === 'BINARY' ? value.sql : asText(value, context);
}

const md5 = simple([1, 1], (args, context) =>
  typed(`md5(${bytesOrText(at(args, 0), context)})`, textType(32), at(args, 0).nullable),
);

/** https://docs.snowflake.com/en/sql-reference/functions/md5_number_lower64: the last 8 bytes, unsigned. */
function md5Number(start: number): FunctionCompiler {
  return simple([1, 1], (args, context) => {
    const digest = `md5(${bytesOrText(at(args, 0), context)})`;
    const sql = `CAST(CAST('0x' || substring(${digest}, ${start}, 16) AS UBIGINT) AS DECIMAL(38,0))`;
    return typed(sql, numberType(38, 0), at(args, 0).nullable);
  });
}

/** Of 224, 256, 384 or 512 bits. */
const sha2 = simple([1, 2], (args, context) => {
  const size = args[1] === undefined ? '256' : constantText(args[1], 'a digest size');
  const value = at(args, 0);
  if (!['224', '256', '384', '512'].includes(size)) throw unsupported(`SHA2 of ${size} bits`);
  if (size === '256') {
    return typed(`sha256(${bytesOrText(value, context)})`, textType(64), value.nullable);
  }
  const bytes = value.type.name === 'BINARY' ? value.sql : `encode(${asText(value, context)})`;
  return typed(`sf_sha2(hex(${bytes}), '${size}')`, textType(128), value.nullable);
});

/** The digest as bytes. */
function asBinary(digest: FunctionCompiler): FunctionCompiler {
  return (call, context) => {
    const value = digest(call, context);
    return typed(`unhex(${value.sql})`, binaryType(), value.nullable);
  };
}

const sha1 = simple([1, 1], (args, context) =>
  typed(`sha1(${bytesOrText(at(args, 0), context)})`, textType(40), at(args, 0).nullable),
);

/** HEX_ENCODE(value [, case]): upper case unless case is 0. */
const hexEncode = simple([1, 2], (args, context) => {
  const value = at(args, 0);
  const bytes = value.type.name === 'BINARY' ? value.sql : `encode(${asText(value, context)})`;
  const letters = args[1] === undefined ? '1' : constantText(args[1], 'a case');
  if (letters !== '0' && letters !== '1') throw unsupported(`HEX_ENCODE with the case ${letters}`);
  const lower = letters === '0';
  const sql = lower ? `lower(hex(${bytes}))` : `hex(${bytes})`;
  return typed(sql, textType(), value.nullable);
});

const base64Encode = simple([1, 1], (args, context) => {
  const value = at(args, 0);
  const bytes = value.type.name === 'BINARY' ? value.sql : `encode(${asText(value, context)})`;
  return typed(`base64(${bytes})`, textType(), value.nullable);
});

function decode(format: 'HEX' | 'BASE64', binary: boolean, safe: boolean): FunctionCompiler {
  return simple([1, 1], (args, context) => {
    const bytes = textToBinary(asText(at(args, 0), context), format, safe);
    return binary ? typed(bytes, binaryType()) : typed(`decode(${bytes})`, textType());
  });
}

/** One value as text that differs where the values or their types differ. */
export function hashText(value: Typed, context: CallContext): string {
  const text = isSemiStructured(value.type)
    ? toJson(value, context.env)
    : value.type.name === 'FLOAT'
      ? `sf_float_text(${value.sql})`
      : renderText(value.sql, value.type, context.env.parameter.bind(context.env), {
          timestamp: 'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM',
          time: 'HH24:MI:SS.FF9',
        });
  const kind = value.type.name === 'NUMBER' ? 'NUMBER' : typeText(value.type);
  const canonical =
    value.type.name === 'NUMBER' && value.type.scale !== 0 ? `sf_trim_number(${text})` : text;
  return `coalesce(${quoteText(`${kind.split('(')[0]}:`)} || ${canonical}, 'NULL')`;
}

/** HASH: a signed 64-bit number, stable, but not the one that Snowflake gives. */
export function hashOf(values: readonly Typed[], context: CallContext): string {
  const parts = values.map((value) => hashText(value, context)).join(` || chr(31) || `);
  const digest = `md5(${parts})`;
  return `(CAST(CAST('0x' || substring(${digest}, 1, 15) AS UBIGINT) AS HUGEINT) * 16 - 9223372036854775808)`;
}

const hash = simple([1, 999], (args, context) =>
  typed(`CAST(${hashOf(args, context)} AS DECIMAL(19,0))`, numberType(19, 0), false),
);

export const CRYPTO: Readonly<Record<string, FunctionCompiler>> = {
  MD5: md5,
  MD5_HEX: md5,
  MD5_NUMBER_LOWER64: md5Number(17),
  MD5_NUMBER_UPPER64: md5Number(1),
  SHA1: sha1,
  SHA1_HEX: sha1,
  SHA2: sha2,
  SHA2_HEX: sha2,
  MD5_BINARY: asBinary(md5),
  SHA1_BINARY: asBinary(sha1),
  SHA2_BINARY: asBinary(sha2),
  HEX_ENCODE: hexEncode,
  HEX_DECODE_STRING: decode('HEX', false, false),
  HEX_DECODE_BINARY: decode('HEX', true, false),
  TRY_HEX_DECODE_STRING: decode('HEX', false, true),
  TRY_HEX_DECODE_BINARY: decode('HEX', true, true),
  BASE64_ENCODE: base64Encode,
  BASE64_DECODE_STRING: decode('BASE64', false, false),
  BASE64_DECODE_BINARY: decode('BASE64', true, false),
  TRY_BASE64_DECODE_STRING: decode('BASE64', false, true),
  TRY_BASE64_DECODE_BINARY: decode('BASE64', true, true),
  HASH: hash,
};
