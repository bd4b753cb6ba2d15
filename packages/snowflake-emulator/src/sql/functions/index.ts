import { COLLATIONS, underCollation } from './collations.ts';
import { CONDITIONAL } from './conditional.ts';
import { CONTEXT } from './context.ts';
import { CONVERSION } from './conversion.ts';
import { CRYPTO } from './hashing.ts';
import type { FunctionCompiler } from './function-spec.ts';
import { MOMENTS } from './moments.ts';
import { NUMERIC } from './numeric.ts';
import { SEMI_STRUCTURED } from './semi-structured.ts';
import { TEXT } from './text.ts';

/** Every scalar function, by its upper-case name. */
export const SCALAR_FUNCTIONS: ReadonlyMap<string, FunctionCompiler> = new Map(
  Object.entries({
    ...underCollation(TEXT),
    ...COLLATIONS,
    ...NUMERIC,
    ...CONDITIONAL,
    ...CONVERSION,
    ...CRYPTO,
    ...MOMENTS,
    ...SEMI_STRUCTURED,
    ...CONTEXT,
  }),
);
