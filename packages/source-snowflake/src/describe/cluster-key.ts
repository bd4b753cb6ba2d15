/**
 * The leading columns of a clustering key as SHOW TABLES prints it, such as `LINEAR(REGION, "day")`;
 * names as stored. It ends before the first expression: a range of a column prunes little where the
 * table lies in the order of something made of it.
 * Source: docs.snowflake.com/en/user-guide/tables-clustering-keys.
 */
export function clusterKey(printed: string): readonly string[] {
  const list = /^\s*(?:LINEAR)?\s*\((?<keys>.*)\)\s*$/isu.exec(printed)?.groups?.['keys'] ?? '';
  const names: string[] = [];
  let rest = list;
  for (;;) {
    const [all, quoted, bare, end] =
      /^\s*(?:"((?:[^"]|"")+)"|([A-Za-z_][\w$]*))\s*(,|$)/u.exec(rest) ?? [];
    if (all === undefined) return names;
    names.push(quoted?.replaceAll('""', '"') ?? bare?.toUpperCase() ?? '');
    if (end === '') return names;
    rest = rest.slice(all.length);
  }
}
