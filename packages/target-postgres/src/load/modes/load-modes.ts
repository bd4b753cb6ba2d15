import type { LoadMode } from '@snowmelt/core';

import { append } from './append.ts';
import type { LoadRows } from './load-rows.ts';

/** `truncate` differs from `append` in `prepare` only. */
export const loadModes: Readonly<Record<LoadMode, LoadRows>> = {
  append,
  truncate: append,
};
