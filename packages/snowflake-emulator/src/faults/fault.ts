import { z } from 'zod';

/** What a request is for, in the words that faults and statistics use. */
export const endpoints = [
  'login',
  'token',
  'heartbeat',
  'close',
  'telemetry',
  'query',
  'result',
  'monitoring',
  'abort',
  'chunk',
  'stage-file',
  'stage-upload',
] as const;
export type Endpoint = (typeof endpoints)[number];

const endpoint = z.enum(endpoints);

/** Which requests a fault strikes; all that is stated must hold. */
const matchSchema = z.strictObject({
  endpoint: z.union([endpoint, z.array(endpoint)]).optional(),
  /** A part of the statement's text; for `result` and `chunk` that of the query read. */
  sqlIncludes: z.string().optional(),
  /** A regular expression over the statement's text, without regard to case. */
  sqlMatches: z.string().refine(isRegularExpression, 'not a regular expression').optional(),
  /** A part of the request's path and query string. */
  urlIncludes: z.string().optional(),
});

const when = {
  match: matchSchema.default({}),
  /** How often it strikes: once, or without limit where a probability is given. */
  times: z.int().positive().optional(),
  /** Chance of each match, 0 to 1. */
  probability: z.number().min(0).max(1).optional(),
  /** Matches that pass before the first strike. */
  after: z.int().nonnegative().default(0),
};
const count = z.int().nonnegative();

/** A fault: its kind, what it needs, and when it strikes. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** The request waits before it is worked on. */
  z.strictObject({ kind: z.literal('delay'), ms: count, ...when }),
  /** The connection breaks: before any work, or in the body after so many bytes of it. */
  z.strictObject({ kind: z.literal('drop'), afterBytes: count.optional(), ...when }),
  /** The work is done, and the connection breaks instead of a reply. */
  z.strictObject({ kind: z.literal('lost-reply'), ...when }),
  /** An HTTP error instead of any work. */
  z.strictObject({
    kind: z.literal('http-status'),
    status: z.int().min(400).max(599).default(503),
    ...when,
  }),
  /** The presigned URL that is asked for is expired from now on; a newly made one works. */
  z.strictObject({ kind: z.literal('expired-url'), ...when }),
  /** The result that is asked for is not kept from now on (000710), though its URLs work. */
  z.strictObject({ kind: z.literal('expired-result'), ...when }),
  /** The session token in use is expired from now on (390112): the client has to renew it. */
  z.strictObject({ kind: z.literal('expired-session'), ...when }),
  /** The body ends early though the response is whole: by default after half of it. */
  z.strictObject({ kind: z.literal('truncate'), bytes: count.optional(), ...when }),
  /** Eight bytes of the body are inverted: by default in its middle. */
  z.strictObject({ kind: z.literal('corrupt'), at: count.optional(), ...when }),
  /** The statement fails instead of being executed. */
  z.strictObject({
    kind: z.literal('fail-statement'),
    code: z.string(),
    sqlState: z.string().default('XX000'),
    message: z.string(),
    ...when,
  }),
  /** The statement takes so much longer; it can be cancelled meanwhile. */
  z.strictObject({ kind: z.literal('slow-statement'), ms: count, ...when }),
  /**
   * What the statement commits is stamped at once, and is seen so much later: by queries of the
   * present, by Time Travel and by CHANGES. Its reply comes when it is seen.
   */
  z.strictObject({ kind: z.literal('late-commit'), ms: count, ...when }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
const statementKinds = ['fail-statement', 'slow-statement', 'late-commit'] as const;

export type StatementFault = Extract<Fault, { kind: (typeof statementKinds)[number] }>;
export type RequestFault = Exclude<Fault, StatementFault>;

export function isStatementFault(fault: Fault): fault is StatementFault {
  return statementKinds.some((kind) => kind === fault.kind);
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source).source !== '';
  } catch {
    return false;
  }
}
