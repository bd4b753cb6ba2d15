/** What the documentation says of a key beside its type, its default and its range. */
export interface KeyDoc {
  readonly description: string;
  /** A value that the key takes, as it stands in the file. */
  readonly example: unknown;
  readonly speed: string;
  readonly safety: string;
  /** What holds where the key is absent, if it is not a default of the schema. */
  readonly absent?: string;
  readonly secret?: true;
}

/** For what has no part in speed or safety. */
export const none = 'No effect.';

/** The metadata of a key: the documentation and the JSON Schema are generated from it. */
export function doc({ example, ...rest }: KeyDoc): KeyMeta {
  return { ...rest, examples: [example] };
}

type KeyMeta = Omit<KeyDoc, 'example'> & { readonly examples: unknown[] };
