import type { LoadMode } from '@snowmelt/core';

import { append } from './append.ts';
import { gather } from './gather.ts';
import type { LoadRows } from './load-rows.ts';
import { merge } from './merge.ts';

/** `truncate` differs from `append` in `prepare` only. */
export const loadModes: Readonly<Record<LoadMode, LoadRows>> = {
  append,
  truncate: append,
  swap: gather,
  changes: gather,
  upsert: merge,
  'insert-only': merge,
};
