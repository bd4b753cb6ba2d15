import { changesOf, deleteMissingOf, type Finding, type TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { dropsIndexes } from '../indexes/drop-indexes.ts';
import { missingWords } from '../missing/missing-rights.ts';
import type { TablePrivilege } from '../modes/shared/mode.ts';
import { grantSql } from '../sql/grant-sql.ts';
import {
  neededPrivileges,
  needsTemporary,
  neededWhereKeysAct,
  privilegesAfterStop,
} from '../rights/needed-rights.ts';
import { actingKeys, incomingKeys } from '../describe/incoming-keys.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { caution, finding } from '../describe/findings.ts';

interface Rights {
  readonly role: string;
  readonly database: string;
  readonly relkind: string;
  readonly has: readonly TablePrivilege[];
  readonly owned: boolean;
  readonly creates_in_schema: boolean;
  readonly makes_temporary: boolean;
  /** Tables that its foreign keys lead to, which it may not refer to. */
  readonly may_not_refer: readonly { readonly schema: string; readonly name: string }[];
}

const rightsSql = `
SELECT current_user::text AS role, current_database()::text AS database, c.relkind::text AS relkind,
       ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
             WHERE has_table_privilege(c.oid, p)) AS has,
       pg_has_role(c.relowner, 'USAGE') AS owned,
       has_schema_privilege(n.oid, 'CREATE') AS creates_in_schema,
       has_database_privilege(current_database(), 'TEMPORARY') AS makes_temporary,
       coalesce((SELECT json_agg(DISTINCT jsonb_build_object('schema', rn.nspname, 'name', r.relname))
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
        JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
        WHERE k.contype = 'f' AND k.conrelid = c.oid AND k.confrelid <> c.oid
          AND NOT has_table_privilege(k.confrelid, 'REFERENCES')), '[]') AS may_not_refer
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`;

/**
 * What the role lacks to load a table that is there, each with the statement that gives it. Foreign
 * keys can be asked for only where its schema is `usable`.
 */
export async function checkRights(
  session: Session,
  table: TablePlan,
  { alters, usable }: { readonly alters: boolean; readonly usable: boolean },
): Promise<readonly Finding[]> {
  const { schema, name } = table.target;
  const [rights] = (await session.query<Rights & object>(rightsSql, [schema, name])).rows;
  if (rights === undefined) return [];
  return [
    ...temporaryRights(table, rights),
    ...tableRights(table, rights, usable ? await rightsWhereKeysAct(session, table) : []),
    ...ownership(table, rights, alters),
  ];
}

const lacks = (message: string, statement: string, instead = ''): Finding =>
  finding('error', 'TARGET.PRIVILEGE', { message, fix: `As its owner: ${statement}${instead}` });

const placeSql = `
SELECT current_user::text AS role, has_schema_privilege(oid, 'USAGE') AS may
FROM pg_catalog.pg_namespace WHERE nspname = $1`;

/** Without it nothing else of a table can be asked. */
export async function checkPlace(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const { schema } = table.target;
  const { rows } = await session.query<{ role: string; may: boolean }>(placeSql, [schema]);
  return rows
    .filter(({ may }) => !may)
    .map(({ role }) =>
      lacks(
        `role ${role} may not use the schema ${schema}`,
        grantSql(role).onSchema(['USAGE'], schema),
      ),
    );
}

function temporaryRights(table: TablePlan, rights: Rights): readonly Finding[] {
  const { role, database, makes_temporary } = rights;
  if (makes_temporary || !needsTemporary(table)) return [];
  const message = `role ${role} may not make temporary tables, from which ${table.mode} merges`;
  return [lacks(message, grantSql(role).onDatabase(['TEMPORARY'], database))];
}

function tableRights(
  table: TablePlan,
  { role, has }: Rights,
  besides: readonly TablePrivilege[],
): readonly Finding[] {
  const label = `${table.target.schema}.${table.target.name}`;
  const grant = grantSql(role);
  const needed = [...neededPrivileges(table), ...besides];
  const missing = [...new Set(needed)].filter((privilege) => !has.includes(privilege));
  if (missing.length > 0) {
    const what = `role ${role} lacks ${missing.join(', ')} on ${label}, which ${wordsOf(table)} needs`;
    return [lacks(what, grant.onTable(missing, table.target))];
  }
  const late = privilegesAfterStop(table).filter((privilege) => !has.includes(privilege));
  if (late.length === 0) return [];
  return [
    caution({
      message: `role ${role} lacks ${late.join(', ')} on ${label}: what a run that was stopped has added can't be taken out by a new one, and the table has to be emptied by hand then`,
      fix: `As its owner: ${grant.onTable(late, table.target)}`,
    }),
  ];
}

async function rightsWhereKeysAct(
  session: Session,
  table: TablePlan,
): Promise<readonly TablePrivilege[]> {
  const { own } = neededWhereKeysAct(table);
  if (own.length === 0) return [];
  const keys = await incomingKeys(session, quoteTable(table.target));
  return actingKeys(keys).length > 0 ? own : [];
}

function wordsOf(table: TablePlan): string {
  if (changesOf(table) !== undefined) return 'changes: cdc';
  return `${table.mode}${missingWords(deleteMissingOf(table))}`;
}

/** Whoever drops an index must be sure to be able to make it again. */
function ownership(table: TablePlan, rights: Rights, alters: boolean): readonly Finding[] {
  const { schema, name } = table.target;
  const { role, relkind, owned, creates_in_schema, may_not_refer } = rights;
  const label = `${schema}.${name}`;
  const grant = grantSql(role);
  const own = grant.own(table.target);
  const indexes = dropsIndexes(table) && relkind !== 'p';
  const alone = ' Or set disable_index: false.';
  const rebuilt = `disable_index: role ${role} could not rebuild what it drops: it`;
  return [
    ...(alters && !owned
      ? [
          lacks(
            `columns of ${label} are to be added or widened, which role ${role} does not own`,
            own,
            ' Or add them, leave them out, or set schema_evolution: create.',
          ),
        ]
      : []),
    ...(indexes && !owned ? [lacks(`${rebuilt} does not own ${label}`, own, alone)] : []),
    ...(indexes && !creates_in_schema
      ? [lacks(`${rebuilt} lacks CREATE on ${schema}`, grant.onSchema(['CREATE'], schema), alone)]
      : []),
    ...(indexes
      ? may_not_refer.map((other) =>
          lacks(
            `${rebuilt} lacks REFERENCES on ${other.schema}.${other.name}, where a foreign key of ${label} leads`,
            grant.onTable(['REFERENCES'], other),
            alone,
          ),
        )
      : []),
  ];
}
