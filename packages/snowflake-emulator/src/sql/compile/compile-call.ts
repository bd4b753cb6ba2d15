import { compileAggregate, isAggregate } from '../functions/aggregates.ts';
import { isSnowflakeFunction } from '../functions/known-names.ts';
import { SCALAR_FUNCTIONS } from '../functions/index.ts';
import { compileWindow, isWindowOnly } from '../functions/windows.ts';
import {
  textConstant,
  typed,
  type CallContext,
  type Compiler,
  type Scope,
  type Typed,
} from '../typed/typed.ts';
import { textType } from '../sql-type.ts';
import type { Call } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';

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

/** 002140 (42601) for a function that nobody has; what Snowflake has is refused as not covered. */
function unknownFunction(name: string): Error {
  if (isSnowflakeFunction(name)) return unsupported(`the function ${name}`);
  return compilationError(`Unknown function ${name}.`, '002140', '42601');
}
