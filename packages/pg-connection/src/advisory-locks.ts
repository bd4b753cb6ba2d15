import type { RunId, TableRef } from '@snowmelt/core';

/** Names of advisory locks; their numbers are hashes that PostgreSQL makes of them. */
export const runLock = (run: RunId): string => `snowmelt.run/${run}`;

/** The same name of a run that SQL has. */
export const runLockSql = (run: string): string => `('snowmelt.run/' || ${run})`;

export const tableLock = ({ database, schema, name }: TableRef): string =>
  `snowmelt.table/${JSON.stringify([database, schema, name])}`;

/** Condition: the row `l` of pg_locks is a granted lock of this name, an SQL expression. */
export const isLockOf = (name: string): string =>
  `l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended(${name}, 0)`;
