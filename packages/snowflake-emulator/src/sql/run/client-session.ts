import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import type { CompiledQuery, QualifiedName, TargetColumn } from '../statement-handler.ts';
import { parseQuery } from '../syntax/parse.ts';
import { compileQueryTree } from '../query/compile-request.ts';
import { execute } from './execute.ts';
import { findTable, findWritable } from '../session/find-object.ts';
import { insertRows } from '../dml/insert-rows.ts';
import { Session } from '../session/session.ts';

/** A session that runs statements. */
export class ClientSession extends Session {
  override execute(request: ExecuteRequest, signal: AbortSignal): Promise<StatementResult> {
    return execute(this, request, signal);
  }

  override async compileQuery(sql: string, request: ExecuteRequest): Promise<CompiledQuery> {
    const mapping = String(this.parameter('TIMESTAMP_TYPE_MAPPING'));
    return compileQueryTree(parseQuery(sql, mapping), this, request);
  }

  override targetColumns(name: QualifiedName): readonly TargetColumn[] {
    return findTable(this, [name.database, name.schema, name.name]).columns;
  }

  override async insertSelect(
    target: QualifiedName,
    columns: readonly string[],
    select: string,
    signal: AbortSignal,
  ): Promise<number> {
    const table = findWritable(this, [target.database, target.schema, target.name]);
    this.beginImplicitly();
    return this.transaction.write(table, signal, (write) =>
      insertRows({ session: this, table, columns, select, write, signal }),
    );
  }
}
