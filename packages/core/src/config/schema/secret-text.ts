import type { z } from 'zod';

import { Secret } from '../../secret/secret.ts';

/** A text that is wrapped as soon as it is read. Its key is marked in `doc` as well, for the reference. */
export function secret<Text extends z.ZodType<string>>(text: Text) {
  return text.transform((value) => new Secret(value));
}
