import { compileAggregate, isAggregate } from '../functions/aggregates.ts';
import { SCALAR_FUNCTIONS } from '../functions/index.ts';
import { compileWindow, isWindowOnly } from '../functions/windows.ts';
import {
  textConstant,
  typed,
  type CallContext,
  type Compiler,
  type Scope,
  type Typed,
} from './typed.ts';
import { textType } from '../sql-type.ts';
import type { Call } from '../syntax/tree.ts';
import { compilationError } from '../unsupported.ts';

export function compileCall(call: Call, scope: Scope, compiler: Compiler): Typed {
  const context: CallContext = {
    compiler,
    env: compiler.env,
    scope,
    compile: (expr) => compiler.expression(expr, scope),
  };
  if (call.over !== undefined || isWindowOnly(call.name)) return compileWindow(call, context);
  if (isAggregate(call.name)) return compileAggregate(call, context);
  const evaluated = compiler.env.evaluated(call);
  if (evaluated !== undefined) {
    return evaluated === null ? typed('NULL', textType()) : textConstant(evaluated);
  }
  const compile = SCALAR_FUNCTIONS.get(call.name);
  if (compile === undefined) throw unknownFunction(call.name);
  return compile(call, context);
}

/** 002140 (42601), as for any function that is not there; docs/sql-coverage.md lists those that are. */
function unknownFunction(name: string): Error {
  return compilationError(`Unknown function ${name}.`, '002140', '42601');
}
