import { createCompiler } from '../compile/compile-query.ts';
import { EMPTY_SCOPE, type Compiler, type QueryPlan } from '../typed/typed.ts';
import type { ExecuteRequest } from '../../engine/contract.ts';
import type { Query } from '../syntax/tree.ts';
import { createEnvironment } from './create-environment.ts';
import { evaluateBefore } from './evaluate-before.ts';
import type { Session } from '../session/session.ts';

/**
 * A compiler for a statement's tree. What can't be compiled without running something is run first:
 * the points of time travel, and the functions of extensions.
 */
export async function compilerFor(
  tree: unknown,
  session: Session,
  request: ExecuteRequest,
): Promise<Compiler> {
  const plain = createEnvironment(session, request, { snapshots: new Map(), calls: new Map() });
  const evaluated = await evaluateBefore(tree, session, createCompiler(plain));
  return createCompiler(createEnvironment(session, request, evaluated, plain.nowNs));
}

export async function compileQueryTree(
  query: Query,
  session: Session,
  request: ExecuteRequest,
): Promise<QueryPlan> {
  const compiler = await compilerFor(query, session, request);
  return compiler.query(query, EMPTY_SCOPE);
}
