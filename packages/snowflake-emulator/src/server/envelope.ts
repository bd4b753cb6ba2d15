/** The shape of every JSON reply: `{data, code, message, success}`. */
export interface Envelope {
  readonly data: unknown;
  readonly code: string | null;
  readonly message: string | null;
  readonly success: boolean;
}

export function success(data: unknown = null, code: string | null = null): Envelope {
  return { data, code, message: null, success: true };
}

export function failure(code: string, message: string, data: unknown = null): Envelope {
  return { data, code, message, success: false };
}

/**
 * A successful reply as text, with `rowset` spliced in as it was spooled, so that the inline rows
 * are not parsed and rendered again for every reply.
 */
export function encodeRows(data: Readonly<Record<string, unknown>>, rowset: string): string {
  const head = JSON.stringify(data).slice(0, -1);
  return `{"data":${head},"rowset":[${rowset}]},"code":null,"message":null,"success":true}`;
}
