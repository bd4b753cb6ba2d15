import { waits } from '../../packages/core/src/waits/waits.ts';

const head = `# Waits

Generated from \`packages/core/src/waits/waits.ts\`, where the adapters take their defaults from.

Everything that Snowmelt waits for, how long without a sign of life, and how that ends. A limit is for a
peer that gives no sign: what is shown at work may take hours. A wait that lasts is told in the log after
15 seconds, and then sparsely. What ends with an error is tried again where that may help
(\`max_retry_attempts\`), on a new connection; a PostgreSQL server that was there before is waited for up to
two minutes from the first failure. A stop ends within ten seconds whatever is waited for.

| wait | for | seconds | key | signs of life | ends with | told as |
| --- | --- | --- | --- | --- | --- | --- |
`;

/** docs/reference/waits.md: a line for each wait. */
export function waitReference() {
  const lines = Object.entries(waits).map(([name, { what, seconds, key, sign, ends, told }]) => {
    const named = key === undefined ? '' : `\`${key}\``;
    return `| ${name} | ${what} | ${seconds} | ${named} | ${sign} | [${ends}](errors.md#${ends.toLowerCase().replace('.', '')}) | \`${told}\` |`;
  });
  return `${head}${lines.join('\n')}\n`;
}
