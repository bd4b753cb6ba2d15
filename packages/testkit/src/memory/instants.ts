import type { Clock } from '@snowmelt/core';

const pattern = /^(.+?)(?:\.(\d{1,9}))?Z$/;

/** Nanoseconds since 1970 of an ISO 8601 instant in UTC with up to nine fractional digits. */
export function parseInstant(text: string): bigint {
  const parts = pattern.exec(text);
  const seconds = Date.parse(`${parts?.[1]}Z`);
  if (parts === null || Number.isNaN(seconds)) throw new RangeError(`not an instant: ${text}`);
  return BigInt(seconds) * 1_000_000n + BigInt((parts[2] ?? '').padEnd(9, '0'));
}

export function formatInstant(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString();
  const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, '0');
  return seconds.replace('.000Z', `.${fraction}Z`);
}

/** Instants that never repeat and never go back, however fast they are asked for. */
export function risingInstants(clock: Clock): () => bigint {
  let last = 0n;
  return () => {
    const now = BigInt(clock.now().getTime()) * 1_000_000n;
    last = now > last ? now : last + 1n;
    return last;
  };
}
