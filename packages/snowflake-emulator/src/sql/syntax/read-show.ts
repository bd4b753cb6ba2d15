import type { DescribedType, Show, Statement } from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import { unsupported } from '../unsupported.ts';

/** What SHOW lists, by the words of the statement. https://docs.snowflake.com/en/sql-reference/sql/show */
const LISTED = [
  'TABLES',
  'VIEWS',
  'MATERIALIZED VIEWS',
  'DYNAMIC TABLES',
  'HYBRID TABLES',
  'ICEBERG TABLES',
  'EXTERNAL TABLES',
  'OBJECTS',
  'COLUMNS',
  'PRIMARY KEYS',
  'UNIQUE KEYS',
  'IMPORTED KEYS',
  'EXPORTED KEYS',
  'SCHEMAS',
  'DATABASES',
  'WAREHOUSES',
  'ROLES',
  'SHARES',
  'GRANTS',
  'PARAMETERS',
  'VARIABLES',
  'LOCKS',
  'TRANSACTIONS',
  'SEQUENCES',
  'STREAMS',
  'TAGS',
  'TASKS',
  'PIPES',
  'MASKING POLICIES',
  'ROW ACCESS POLICIES',
] as const;

/** What Snowflake lists as well, and the emulator has none of. */
const NOT_COVERED =
  `ACCOUNTS|AGENTS|ALERTS|APPLICATION PACKAGES|APPLICATION ROLES|APPLICATIONS|AUTHENTICATION POLICIES
  |BACKUP POLICIES|BACKUP SETS|CATALOG INTEGRATIONS|CHANNELS|CLASSES|COMPUTE POOLS|CONNECTIONS
  |CORTEX SEARCH SERVICES|DATABASE ROLES|DATA METRIC FUNCTIONS|DATASETS|DELEGATED AUTHORIZATIONS
  |EVENT TABLES|EXTERNAL FUNCTIONS|EXTERNAL VOLUMES|FAILOVER GROUPS|FUNCTIONS|FUTURE GRANTS
  |GIT BRANCHES|GIT REPOSITORIES|GIT TAGS|GLOBAL ACCOUNTS|IMAGE REPOSITORIES|INDEXES|INTEGRATIONS
  |JOIN POLICIES|LISTINGS|MANAGED ACCOUNTS|MODELS|NETWORK POLICIES|NETWORK RULES
  |NOTEBOOKS|NOTIFICATION INTEGRATIONS|ORGANIZATION ACCOUNTS|PACKAGES POLICIES|PASSWORD POLICIES
  |PRIVACY POLICIES|PROCEDURES|PROJECTION POLICIES|REGIONS|RELEASE CHANNELS
  |REPLICATION ACCOUNTS|REPLICATION DATABASES|REPLICATION GROUPS|RESOURCE MONITORS
  |SECRETS|SECURITY INTEGRATIONS|SEMANTIC VIEWS|SERVICES
  |SESSION POLICIES|STORAGE INTEGRATIONS|STREAMLITS|TYPES|USERS|USER FUNCTIONS
  |USER PROCEDURES|VERSIONS|AGGREGATION POLICIES|API INTEGRATIONS`
    .split('|')
    .map((each) => each.trim());

export function readShow(reader: TokenReader): Show {
  reader.expect('SHOW');
  const terse = reader.accept('TERSE');
  const what = readWhat(reader);
  const history = reader.accept('HISTORY');
  const like = reader.accept('LIKE') ? reader.string() : undefined;
  const scope = what === 'GRANTS' ? readGrantScope(reader) : readScope(reader);
  const startsWith = reader.accept('STARTS', 'WITH') ? reader.string() : undefined;
  const limit = reader.accept('LIMIT') ? reader.integer() : undefined;
  const from = limit !== undefined && reader.accept('FROM') ? reader.string() : undefined;
  if (reader.accept('WITH', 'PRIVILEGES')) reader.list(() => reader.identifier());
  return {
    kind: 'show',
    what,
    terse,
    history,
    ...(like === undefined ? {} : { like }),
    ...(scope === undefined ? {} : { scope }),
    ...(startsWith === undefined ? {} : { startsWith }),
    ...(limit === undefined ? {} : { limit }),
    ...(from === undefined ? {} : { from }),
  };
}

function readWhat(reader: TokenReader): string {
  const listed = LISTED.find((each) => reader.accept(...each.split(' ')));
  if (listed !== undefined) return listed;
  const known = NOT_COVERED.find((each) => reader.isWord(...each.split(' ')));
  throw known === undefined ? reader.error() : unsupported(`SHOW ${known}`);
}

const SCOPES = [
  'ACCOUNT',
  'DATABASE',
  'SCHEMA',
  'TABLE',
  'VIEW',
  'SESSION',
  'USER',
  'WAREHOUSE',
] as const;

/** `IN [ACCOUNT | DATABASE [d] | SCHEMA [s] | TABLE t | VIEW v | name]` */
function readScope(reader: TokenReader): Show['scope'] {
  if (!reader.acceptOneOf('IN', 'FOR')) return undefined;
  const other = ['APPLICATION', 'CLASS', 'TASK'].find((each) => reader.isWord(each));
  if (other !== undefined) throw unsupported(`SHOW … IN ${other}`);
  const type = reader.acceptOneOf(...SCOPES);
  const named = reader.token.kind === 'word' || reader.token.kind === 'quoted';
  const bare = reader.isWord('STARTS', 'WITH') || reader.isWord('LIMIT') || reader.isWord('WITH');
  const name = named && !bare ? reader.name() : [];
  return { type, name };
}

/** SHOW GRANTS [ON type name | TO ROLE|USER|SHARE name | OF ROLE|SHARE name] */
function readGrantScope(reader: TokenReader): Show['scope'] {
  const grants = reader.acceptOneOf('ON', 'TO', 'OF');
  if (grants === undefined) return undefined;
  reader.identifier();
  return { type: undefined, grants, name: reader.atEnd() ? [] : reader.name() };
}

const DESCRIBED: readonly (readonly [words: string, type: DescribedType])[] = [
  ['TABLE', 'TABLE'],
  ['VIEW', 'VIEW'],
  ['MATERIALIZED VIEW', 'MATERIALIZED VIEW'],
  ['DYNAMIC TABLE', 'DYNAMIC TABLE'],
  ['ICEBERG TABLE', 'TABLE'],
  ['EXTERNAL TABLE', 'TABLE'],
  ['HYBRID TABLE', 'TABLE'],
  ['DATABASE', 'DATABASE'],
  ['SCHEMA', 'SCHEMA'],
  ['WAREHOUSE', 'WAREHOUSE'],
];

export function readDescribe(reader: TokenReader): Statement {
  reader.acceptOneOf('DESCRIBE', 'DESC');
  const described = DESCRIBED.find(([words]) => reader.accept(...words.split(' ')));
  const next = reader.peek(1);
  const bare = next.kind === 'end' || next.text === '.' || next.text === ';';
  if (described === undefined && !bare) throw unsupported(`DESCRIBE ${reader.token.text}`);
  const name = reader.name();
  if (reader.accept('TYPE')) {
    reader.expectSymbol('=');
    if (!reader.accept('COLUMNS')) throw unsupported(`DESCRIBE … TYPE = ${reader.token.text}`);
  }
  return { kind: 'describe', objectType: described?.[1] ?? 'TABLE', name };
}
