/** A name as Snowflake reads it in SQL: without quotes, and where it needs none, in capitals. */
export function foldedName(name: string): string {
  return /^[a-z_][\w$]*$/iu.test(name) ? name.toUpperCase() : storedName(name);
}

/** A name as the database stores it: surrounding quotes are taken off, all else stays. */
export function storedName(name: string): string {
  const quoted = /^"(?<inner>.*)"$/s.exec(name)?.groups?.['inner'];
  return quoted === undefined ? name : quoted.replaceAll('""', '"');
}
