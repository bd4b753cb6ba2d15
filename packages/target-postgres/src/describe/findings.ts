import type { ErrorCode, Finding } from '@snowmelt/core';

/** A finding under a code of the error catalogue. */
export function finding(
  severity: Finding['severity'],
  code: ErrorCode,
  said: { readonly message: string; readonly fix: string; readonly column?: string },
): Finding {
  return { severity, code, ...said };
}

export const unsuitable = (said: Parameters<typeof finding>[2]): Finding =>
  finding('error', 'TARGET.TABLE_UNSUITABLE', said);

export const caution = (said: Parameters<typeof finding>[2]): Finding =>
  finding('warning', 'TARGET.TABLE_UNSUITABLE', said);
