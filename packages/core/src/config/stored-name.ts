/** A name as the database stores it: surrounding quotes are taken off, all else stays. */
export function storedName(name: string): string {
  const quoted = /^"(?<inner>.*)"$/s.exec(name)?.groups?.['inner'];
  return quoted === undefined ? name : quoted.replaceAll('""', '"');
}
