import { jsonText, quoteJson, writeJson, type JsonValue } from './json-value.ts';

export interface JsonStyle {
  /** Blanks a level; 0 writes everything on one line. */
  readonly indent: number;
  /** JSON as others read it: what is undefined is null, and numbers that JSON has not are strings. */
  readonly strict: boolean;
}

/** The text of a VARIANT in a result. https://docs.snowflake.com/en/sql-reference/parameters */
export function displayJson(value: JsonValue, style: JsonStyle, level = 0): string {
  switch (value.kind) {
    case 'array': {
      const items = value.items.map((item) => displayJson(item, style, level + 1));
      return enclose('[]', items, style, level);
    }
    case 'object': {
      const colon = style.indent === 0 ? ':' : ': ';
      const entries = [...value.entries].map(
        ([key, item]) => `${quoteJson(key)}${colon}${displayJson(item, style, level + 1)}`,
      );
      return enclose('{}', entries, style, level);
    }
    case 'undefined':
      return style.strict ? 'null' : 'undefined';
    default: {
      const text = jsonText(writeJson(value));
      return style.strict && /^(?:NaN|-?Infinity)$/.test(text) ? quoteJson(text) : text;
    }
  }
}

function enclose(
  [open = '', close = '']: string,
  parts: readonly string[],
  { indent }: JsonStyle,
  level: number,
): string {
  if (parts.length === 0) return open + close;
  if (indent === 0) return `${open}${parts.join(',')}${close}`;
  const line = (depth: number): string => `\n${' '.repeat(indent * depth)}`;
  return `${open}${line(level + 1)}${parts.join(`,${line(level + 1)}`)}${line(level)}${close}`;
}
