import type { Statement } from '../syntax/statement.ts';

const DDL = 0x6000;
const TCL = 0x5000;

/** The numbers by which the JDBC driver's SFStatementType and gosnowflake's statementType tell statements apart. */
const TYPES: Readonly<Partial<Record<Statement['kind'], number>>> = {
  alterSession: 0x4100,
  setVariables: 0x4000,
  unsetVariables: 0x4000,
  show: 0x4400,
  describe: 0x4500,
  begin: TCL,
  commit: TCL,
  rollback: TCL,
};

/** Queries and DML have theirs in their results; `own` is that. */
export function statementType(statement: Statement, own: number): number {
  if (statement.kind === 'use') return useType(statement.objectType);
  const known = TYPES[statement.kind];
  if (known !== undefined) return known;
  return own === 0 ? DDL : own;
}

function useType(objectType: string): number {
  const detail = ['', 'DATABASE', 'SCHEMA', 'WAREHOUSE'].indexOf(objectType);
  return 0x4300 + Math.max(detail, 0);
}
