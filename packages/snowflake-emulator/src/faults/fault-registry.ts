import {
  faultSchema,
  isStatementFault,
  type Endpoint,
  type Fault,
  type FaultInput,
  type RequestFault,
  type StatementFault,
} from './fault.ts';

/** What is about to happen, for faults to be matched against. */
export interface Occasion {
  readonly endpoint: Endpoint;
  readonly url: string;
  readonly sql?: string | undefined;
}

/** A fault that has been set, with its history. */
export interface ArmedFault {
  readonly id: number;
  readonly fault: Fault;
  /** Occasions that matched, and those it struck. */
  readonly matches: number;
  readonly strikes: number;
}

export interface FaultRegistry {
  /** Throws a ZodError for a fault that makes no sense. */
  add(fault: FaultInput): ArmedFault;
  list(): readonly ArmedFault[];
  remove(id: number): boolean;
  clear(): void;
  /** The faults that strike this request, in the order they were set. */
  takeForRequest(occasion: Occasion): readonly RequestFault[];
  /** The faults that strike a statement when it is executed. */
  takeForStatement(sql: string): readonly StatementFault[];
}

type Armed = { -readonly [K in keyof ArmedFault]: ArmedFault[K] };

export function createFaultRegistry(): FaultRegistry {
  const armed: Armed[] = [];
  let lastId = 0;
  return {
    add(input) {
      lastId += 1;
      const entry: Armed = { id: lastId, fault: faultSchema.parse(input), matches: 0, strikes: 0 };
      armed.push(entry);
      return entry;
    },
    list: () => armed,
    remove(id) {
      const index = armed.findIndex((entry) => entry.id === id);
      return index >= 0 && armed.splice(index, 1).length > 0;
    },
    clear: () => {
      armed.length = 0;
    },
    takeForRequest: (occasion) =>
      armed
        .filter((entry) => !isStatementFault(entry.fault) && strikes(entry, occasion))
        .map((entry) => entry.fault as RequestFault),
    takeForStatement: (sql) =>
      armed
        .filter((entry) => isStatementFault(entry.fault))
        .filter((entry) => strikes(entry, { endpoint: 'query', url: '', sql }))
        .map((entry) => entry.fault as StatementFault),
  };
}

function strikes(entry: Armed, occasion: Occasion): boolean {
  const { after, probability, times } = entry.fault;
  if (!matches(entry.fault.match, occasion)) return false;
  entry.matches += 1;
  const limit = times ?? (probability === undefined ? 1 : Number.POSITIVE_INFINITY);
  if (entry.matches <= after || entry.strikes >= limit) return false;
  if (probability !== undefined && Math.random() >= probability) return false;
  entry.strikes += 1;
  return true;
}

function matches(match: Fault['match'], { endpoint, url, sql = '' }: Occasion): boolean {
  const { endpoint: wanted, sqlIncludes, sqlMatches, urlIncludes } = match;
  if (wanted !== undefined && ![wanted].flat().includes(endpoint)) return false;
  if (sqlIncludes !== undefined && !sql.includes(sqlIncludes)) return false;
  if (sqlMatches !== undefined && !new RegExp(sqlMatches, 'i').test(sql)) return false;
  return urlIncludes === undefined || url.includes(urlIncludes);
}
