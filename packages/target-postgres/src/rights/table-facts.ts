import type { TableJob } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { truncateReach, type ReachedTable } from '../ledger/truncate-reach.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { actingKeys, incomingKeys } from '../describe/incoming-keys.ts';

/** What the catalog tells about a table, whatever rights whoever asks has. */
export interface TableFacts {
  readonly exists: boolean;
  /** The role itself is the owner. */
  readonly owned: boolean;
  /** Owned by columns of the table; quoted. */
  readonly sequences: readonly string[];
  /** Where its foreign keys lead. */
  readonly referred: readonly ReachedTable[];
  /** What TRUNCATE takes along. */
  readonly reached: readonly ReachedTable[];
  /** Foreign keys act on other rows when one of the table goes. */
  readonly acting: boolean;
  readonly actingChildren: readonly ReachedTable[];
}

const factsSql = `
SELECT pg_catalog.pg_get_userbyid(c.relowner) = $3 AS owned,
       ARRAY(SELECT quote_ident(sn.nspname) || '.' || quote_ident(s.relname)
             FROM pg_catalog.pg_depend d
             JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
             JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
             WHERE d.refobjid = c.oid AND d.deptype IN ('a', 'i') ORDER BY 1) AS sequences,
       coalesce((SELECT json_agg(DISTINCT jsonb_build_object('schema', rn.nspname, 'name', r.relname))
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
        JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
        WHERE k.contype = 'f' AND k.conrelid = c.oid AND k.confrelid <> c.oid), '[]') AS referred
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`;

const absent: TableFacts = {
  exists: false,
  owned: false,
  sequences: [],
  referred: [],
  reached: [],
  acting: false,
  actingChildren: [],
};

export async function readTableFacts(
  session: Session,
  { target }: TableJob,
  role: string,
): Promise<TableFacts> {
  const { schema, name } = target;
  type Found = Pick<TableFacts, 'owned' | 'sequences' | 'referred'> & object;
  const [found] = (await session.query<Found>(factsSql, [schema, name, role])).rows;
  if (found === undefined) return absent;
  const incoming = await incomingKeys(session, quoteTable(target));
  const acting = actingKeys(incoming);
  return {
    ...found,
    exists: true,
    reached: await truncateReach(session, target),
    acting: acting.length > 0,
    actingChildren: acting
      .filter(({ own }) => !own)
      .map((key) => ({ schema: key.child_schema, name: key.child_table })),
  };
}
