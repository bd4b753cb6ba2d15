import { checkChangesOfFile } from './changes-checks.ts';
import { fileView, type SourceView } from './lenient-view.ts';
import { checkPostgres, checkSnowflake } from './login-checks.ts';
import { isPlainObject } from './plain-object.ts';
import type { Problem } from './problems.ts';
import { checkTable } from './table-checks.ts';
import { checkTargets } from './target-checks.ts';

/** The rules that more than one key has a part in. */
export function crossCheck(value: unknown): readonly Problem[] {
  const file = fileView.parse(isPlainObject(value) ? value : {});
  const sources = file.sources ?? [];
  return [
    ...(file.snowflake === undefined ? [] : checkSnowflake(file.snowflake)),
    ...(file.postgres === undefined ? [] : checkPostgres(file.postgres)),
    ...checkSourceNames(sources),
    ...sources.flatMap((source, index) =>
      (source.tables ?? []).flatMap((table, tableIndex) => {
        const path = ['sources', index, 'tables', tableIndex];
        return [...checkTable(table, path), ...checkChangesOfFile(file, table, path)];
      }),
    ),
    ...checkTargets(sources),
  ];
}

function checkSourceNames(sources: readonly SourceView[]): readonly Problem[] {
  const names = sources.map(({ source_name }) => source_name);
  return names.flatMap((name, index) => {
    const path = ['sources', index, 'source_name'];
    if (name === undefined) return [];
    if (name.includes(',')) return [{ path, problem: 'may not hold a comma' }];
    const first = names.indexOf(name);
    if (first === index) return [];
    return [{ path, problem: `${name} is the name of sources[${first}] already` }];
  });
}
