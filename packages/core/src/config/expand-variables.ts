import { formatPath, isPlainObject, type KeyPath } from './plain-object.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Expansion {
  readonly value: unknown;
  readonly missing: readonly { readonly path: KeyPath; readonly name: string }[];
  /** Formatted paths of strings that were one variable and nothing else. */
  readonly whole: ReadonlySet<string>;
}

/** Puts variables into every string, after parsing, so that no value can break the syntax. */
export function expandVariables(value: unknown, env: Environment): Expansion {
  const missing: { path: KeyPath; name: string }[] = [];
  const whole = new Set<string>();

  const expandText = (text: string, path: KeyPath): string => {
    if (/^\$\{[A-Za-z_]\w*\}$/.test(text)) whole.add(formatPath(path));
    return text.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (reference, name: string) => {
      const found = env[name];
      if (found === undefined) missing.push({ path, name });
      return found ?? reference;
    });
  };
  const expand = (inner: unknown, path: KeyPath): unknown => {
    if (typeof inner === 'string') return expandText(inner, path);
    if (Array.isArray(inner)) return inner.map((item, index) => expand(item, [...path, index]));
    if (!isPlainObject(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, item]) => [key, expand(item, [...path, key])]),
    );
  };
  return { value: expand(value, []), missing, whole };
}
