import { errorCatalog } from '../../packages/core/src/errors/catalog.ts';

const retry = {
  never: 'not before it is mended',
  chunk: 'the chunk is tried again by itself',
  run: 'the same command again may succeed',
};

/** docs/reference/errors.md: a section for each code of the catalogue. */
export function errorReference() {
  const sections = Object.entries(errorCatalog).map(
    ([code, entry]) =>
      `## ${code}\n\n${entry.meaning}\n\n- **Fix:** ${entry.fix}\n- **Trying again:** ${retry[entry.retry]}.\n`,
  );
  return `# Errors\n\nGenerated from \`packages/core/src/errors/catalog.ts\`. Exit codes: 0 done, 1 a bug, 2 an expected\nfailure (one of these), 3 stopped with work left, 4 done with findings.\n\n${sections.join('\n')}`;
}
