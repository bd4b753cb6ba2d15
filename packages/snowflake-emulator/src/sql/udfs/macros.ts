/**
 * DuckDB macros over the stored forms of moments. They are plain SQL, so that DuckDB runs them
 * vectorised and folds them over constants.
 *
 * A TIMESTAMP_NTZ or _LTZ is a HUGEINT: seconds since the epoch times 2^30 plus nanoseconds. It
 * orders and compares as the moment does, spans all years exactly, and shifting takes it apart
 * (dividing a HUGEINT is 30 times slower). A TIMESTAMP_TZ is that of its instant times 2^12, plus
 * its offset in minutes + 1440. A TIME is nanoseconds since midnight.
 */
export const MACROS: readonly string[] = [
  'CREATE MACRO sf_sec(p) AS CAST(p >> 30 AS BIGINT)',
  'CREATE MACRO sf_ns(p) AS CAST(p & 1073741823 AS BIGINT)',
  'CREATE MACRO sf_pack(s, ns) AS CAST(s AS HUGEINT) * 1073741824 + CAST(ns AS HUGEINT)',
  /** Whole seconds as DuckDB's TIMESTAMP, which covers the years that Snowflake does. */
  'CREATE MACRO sf_ts(p) AS make_timestamp(sf_sec(p) * 1000000)',
  'CREATE MACRO sf_of_ts(t, ns) AS sf_pack(epoch_us(t) // 1000000, ns)',
  'CREATE MACRO sf_day(p) AS CAST(sf_ts(p) AS DATE)',
  "CREATE MACRO sf_of_day(d) AS sf_pack(date_diff('day', DATE '1970-01-01', d) * 86400, 0)",
  /** A wall clock of a zone to its instant, and back. */
  'CREATE MACRO sf_instant(p, zone) AS sf_pack(epoch_us(timezone(zone, sf_ts(p))) // 1000000, sf_ns(p))',
  'CREATE MACRO sf_wall(p, zone) AS sf_of_ts(timezone(zone, make_timestamptz(sf_sec(p) * 1000000)), sf_ns(p))',
  'CREATE MACRO sf_offset(p, zone) AS (sf_sec(sf_wall(p, zone)) - sf_sec(p)) // 60',
  /** Of a TIMESTAMP_TZ: its instant, offset in minutes, wall clock. */
  'CREATE MACRO sf_tz_instant(w) AS (w >> 12)',
  'CREATE MACRO sf_tz_offset(w) AS CAST(w & 4095 AS BIGINT) - 1440',
  'CREATE MACRO sf_tz_wall(w) AS (w >> 12) + CAST(sf_tz_offset(w) * 60 AS HUGEINT) * 1073741824',
  'CREATE MACRO sf_tz_pack(p, minutes) AS p * 4096 + CAST(minutes + 1440 AS HUGEINT)',
  'CREATE MACRO sf_tz_of_instant(p, zone) AS sf_tz_pack(p, sf_offset(p, zone))',
  /** From what sf_parse_moment gives: a wall clock and an offset, 4095 for none. */
  'CREATE MACRO sf_parsed_tz(w, zone) AS CASE WHEN w & 4095 = 4095 THEN sf_tz_of_instant(sf_instant(w >> 12, zone), zone) ELSE sf_tz_pack((w >> 12) - CAST(sf_tz_offset(w) * 60 AS HUGEINT) * 1073741824, sf_tz_offset(w)) END',
  'CREATE MACRO sf_parsed_ltz(w, zone) AS CASE WHEN w & 4095 = 4095 THEN sf_instant(w >> 12, zone) ELSE (w >> 12) - CAST(sf_tz_offset(w) * 60 AS HUGEINT) * 1073741824 END',
  "CREATE MACRO sf_offset_digits(minutes, sep) AS (CASE WHEN minutes < 0 THEN '-' ELSE '+' END) || lpad(CAST(abs(minutes) // 60 AS VARCHAR), 2, '0') || sep || lpad(CAST(abs(minutes) % 60 AS VARCHAR), 2, '0')",
  /** TZH:TZM and TZHTZM write no offset as Z (measured by mlorek/frostlake, ZeroOffsetDriverTextTest). */
  "CREATE MACRO sf_offset_text(minutes, sep) AS replace(sf_offset_digits(minutes, sep), '+00' || sep || '00', 'Z')",
  /** The wire's decimal seconds: the sign goes before the whole of it. */
  "CREATE MACRO sf_seconds_text(p) AS CASE WHEN p < 0 AND sf_ns(p) > 0 THEN (CASE WHEN sf_sec(p) = -1 THEN '-0' ELSE CAST(sf_sec(p) + 1 AS VARCHAR) END) || '.' || lpad(CAST(1000000000 - sf_ns(p) AS VARCHAR), 9, '0') ELSE CAST(sf_sec(p) AS VARCHAR) || '.' || lpad(CAST(sf_ns(p) AS VARCHAR), 9, '0') END",
  /** Decimal seconds as text to a moment. */
  'CREATE MACRO sf_pack_text(t) AS sf_pack(CAST(floor(CAST(t AS DECIMAL(28,9))) AS BIGINT), CAST((CAST(t AS DECIMAL(28,9)) - floor(CAST(t AS DECIMAL(28,9)))) * 1000000000 AS BIGINT))',
  "CREATE MACRO sf_float_text(f) AS CASE WHEN isnan(f) THEN 'NaN' WHEN isinf(f) THEN (CASE WHEN f > 0 THEN 'inf' ELSE '-inf' END) WHEN f = trunc(f) AND abs(f) < 1e15 THEN CAST(CAST(f AS BIGINT) AS VARCHAR) ELSE CAST(f AS VARCHAR) END",
  /**
   * What a cast of a FLOAT to text shows: 10 digits, 15 from 1e10 on. Measured: 1.414213562,
   * 1.4142135623731e+16 (mlorek/frostlake, FloatClientTextTest), 0.08072205302 (snowflake-jdbc
   * issue 1109). Where exactly 10 become 15 is not known.
   */
  "CREATE MACRO sf_float_short(f) AS CASE WHEN isnan(f) THEN 'NaN' WHEN isinf(f) THEN (CASE WHEN f > 0 THEN 'inf' ELSE '-inf' END) WHEN abs(f) < 1e10 THEN printf('%.10g', f) ELSE printf('%.15g', f) END",
  /** DuckDB escapes with large letters, and leaves DEL as it is. */
  String.raw`CREATE MACRO sf_quote_json(x) AS CASE WHEN x IS NULL THEN NULL WHEN regexp_matches(x, '[\x00-\x1F\x7F]') THEN sf_quote_text(x) ELSE CAST(to_json(x) AS VARCHAR) END`,
  "CREATE MACRO sf_trim_number(x) AS rtrim(rtrim(x, '0'), '.')",
  /** A decimal inside of a VARIANT: whole ones keep `.0`, as what they came from has a scale. */
  "CREATE MACRO sf_decimal_json(x) AS CASE WHEN ends_with(rtrim(x, '0'), '.') THEN rtrim(x, '0') || '0' ELSE rtrim(x, '0') END",
  /** A double inside of a VARIANT: see values/json-value.ts. */
  "CREATE MACRO sf_float_json(f) AS CASE WHEN isnan(f) THEN 'NaN' WHEN isinf(f) THEN (CASE WHEN f > 0 THEN 'Infinity' ELSE '-Infinity' END) WHEN contains(CAST(f AS VARCHAR), 'e') THEN CAST(f AS VARCHAR) ELSE CAST(f AS VARCHAR) || 'e0' END",
  /** What TO_JSON shows of a stored VARIANT: the same, but for doubles and whole decimals. */
  "CREATE MACRO sf_to_json(x) AS CASE WHEN regexp_matches(x, '[0-9](e|[.]0)') THEN sf_json_text(x) ELSE x END",
  "CREATE MACRO sf_fail(code, state, message) AS error('SF|' || code || '|' || state || '|' || message)",
  /** Division of whole numbers, rounded half away from zero. */
  'CREATE MACRO sf_div(a, b) AS (a // b) + CASE WHEN abs(a % b) * 2 >= abs(b) THEN (CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END) ELSE 0 END',
];
