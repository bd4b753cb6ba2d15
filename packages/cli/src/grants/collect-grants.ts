import {
  SnowmeltError,
  statusDatabase,
  type Config,
  type Grant,
  type Source,
  type StatusStore,
  type TableJob,
  type Target,
  type WorkContext,
} from '@snowmelt/core';

export const grantSides = ['target', 'status', 'snowflake', 'all'] as const;

export interface GrantSection {
  readonly for: Exclude<(typeof grantSides)[number], 'all'>;
  /** Of PostgreSQL. */
  readonly database?: string;
  readonly role: string;
  readonly grants: readonly Grant[];
}

export interface GrantsAsked {
  readonly config: Config;
  readonly jobs: readonly TableJob[];
  readonly side: (typeof grantSides)[number];
  /** Absent: that of the configuration. */
  readonly role: string | undefined;
  readonly ask: boolean;
}

export interface GrantsUsing {
  readonly source: Source;
  readonly target: Target;
  readonly status: StatusStore;
  readonly context: WorkContext;
}

/** One section for each database, and one for Snowflake; `ask` also asks the servers. */
export async function collectGrants(
  asked: GrantsAsked,
  using: GrantsUsing,
): Promise<readonly GrantSection[]> {
  const wants = (side: GrantSection['for']): boolean => ['all', side].includes(asked.side);
  return [
    ...(wants('target') ? await targetSections(asked, using) : []),
    ...(wants('status') ? await statusSections(asked, using) : []),
    ...(wants('snowflake') ? await snowflakeSections(asked, using) : []),
  ];
}

async function targetSections(asked: GrantsAsked, { target, context }: GrantsUsing) {
  const { jobs: tables, ask } = asked;
  const open = tables.find(({ wildcard }) => wildcard?.open === true)?.wildcard;
  if (open !== undefined) {
    throw new SnowmeltError('CLI.USAGE', `which tables ${open.pattern} stands for is not known`, {
      fix: 'Say --connect, so that Snowflake is asked; or --for snowflake, which needs no names.',
    });
  }
  const role = postgresRole(asked);
  const sections: GrantSection[] = [];
  for (const database of new Set(tables.map((job) => job.target.database))) {
    const grants = (await target.grants?.grants(database, { role, tables, ask }, context)) ?? [];
    sections.push({ for: 'target', database, role, grants });
  }
  return sections;
}

async function statusSections(asked: GrantsAsked, { status }: GrantsUsing) {
  const role = postgresRole(asked);
  const database = statusDatabase(asked.config);
  const grants = (await status.grants?.({ role, database, ask: asked.ask })) ?? [];
  return [{ for: 'status', database, role, grants } as const];
}

async function snowflakeSections(asked: GrantsAsked, { source, context }: GrantsUsing) {
  const { config, jobs: tables, side, ask } = asked;
  // With all, --role names the role of PostgreSQL.
  const role = (side === 'snowflake' ? asked.role : undefined) ?? config.snowflake.role;
  if (role === undefined) throw noRole('snowflake.role', '--for snowflake --role NAME');
  const grants = (await source.grants?.grants({ role, tables, ask }, context)) ?? [];
  return [{ for: 'snowflake', role, grants } as const];
}

function postgresRole({ role, config: { postgres } }: GrantsAsked): string {
  const inUrl =
    postgres.url === undefined ? '' : decodeURIComponent(new URL(postgres.url.reveal()).username);
  const found = role ?? postgres.user ?? (inUrl === '' ? process.env['PGUSER'] : inUrl);
  if (found === undefined) throw noRole('postgres.user', '--role NAME');
  return found;
}

function noRole(key: string, flag: string): SnowmeltError {
  const message = `the configuration names no role (${key})`;
  return new SnowmeltError('CLI.USAGE', message, { fix: `Say ${flag}.` });
}

/** SQL with comments, of which psql takes all but that of Snowflake as it is. */
export function formatSection(section: GrantSection): readonly string[] {
  const { database, role, grants } = section;
  const lines = grants.flatMap(linesOf);
  if (database === undefined) {
    const who = 'As SECURITYADMIN, or as the owner of what is named';
    return [comment(`Snowflake: what role ${role} needs. ${who}.`), ...lines, ''];
  }
  const what = section.for === 'target' ? 'loads into' : 'keeps the status of runs in';
  return [
    comment(`PostgreSQL: what role ${role} needs, which ${what} ${database}.`),
    comment('As a superuser, or as the owner of what is named; the role has to be there.'),
    '\\set ON_ERROR_STOP on',
    `\\connect ${psqlName(database)}`,
    ...lines,
    '',
  ];
}

function linesOf({ sql, why, optional }: Grant): readonly string[] {
  if (optional !== true) return [comment(why), sql];
  return [comment(`Optional, ${why}.`), ...sql.split(/\r?\n|\r/u).map((line) => `-- ${line}`)];
}

/** A name with a line break must not get out of its comment. */
function comment(text: string): string {
  return `-- ${text.replaceAll(/\s+/gu, ' ')}`;
}

/** A name that psql would take for a connection string is written as one (psql, "\connect"). */
function psqlName(database: string): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  if (!database.includes('=') && !/^postgres(?:ql)?:\/\//u.test(database)) return quote(database);
  const value = database.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return quote(`dbname='${value}'`);
}
