import { rejectedNote } from '@snowmelt/core';

/** What a status row says beside `completed`; nothing where all rows are in the target. */
export function noteOf({ rejected = 0 }: { readonly rejected?: number }): string | null {
  return rejected === 0 ? null : rejectedNote(rejected);
}
