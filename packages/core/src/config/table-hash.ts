import { createHash } from 'node:crypto';

import type { JsonValue } from '../contract/json.ts';
import type { TableJob } from '../contract/table-job.ts';

/**
 * Hash of what decides which rows go where. Credentials, hosts, threads, retries and checks after
 * the load are not in it, so that a change of those goes on with a run.
 */
export function tableHash(job: Omit<TableJob, 'hash'>): string {
  return sha256({
    source: job.source,
    target: job.target,
    mode: job.mode,
    read: job.read,
    columns: job.columns,
    schemaEvolution: job.schemaEvolution,
    snapshot: job.snapshot,
    uniqueness: job.uniqueness,
    watermark: job.watermark ?? null,
    // Absent where it is off: so runs from before it go on.
    deleteMissing: job.deleteMissing,
    extraDigits: job.extraDigits,
    lostZone: job.lostZone,
    unsupportedText: job.unsupportedText,
    unsupportedJson: job.unsupportedJson,
    jsonAsWritten: job.jsonAsWritten,
  });
}

/** SHA-256 in hex of a value as JSON with sorted keys. */
export function sha256(value: object): string {
  return createHash('sha256').update(stableJson(value)).digest('hex');
}

function stableJson(value: object): string {
  const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
  return JSON.stringify(sortKeys(plain));
}

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => sortKeys(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
