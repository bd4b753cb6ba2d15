import { nearestWord, SnowmeltError } from '@snowmelt/core';

/** Nothing where the words are the beginning of a command's name, or there are none. */
export function unknownCommand(
  argv: readonly string[],
  ids: readonly string[],
): SnowmeltError | undefined {
  const end = argv.findIndex((word) => word.startsWith('-'));
  const words = argv.slice(0, end === -1 ? undefined : end);
  const [first] = words;
  if (first === undefined || first === 'help') return undefined;
  const names = ids.map((id) => id.replaceAll(':', ' '));
  const inside = names.filter((name) => name.startsWith(`${first} `));
  if (inside.length > 0 && words.length === 1) return undefined;
  const asked = words.slice(0, inside.length > 0 ? 2 : 1).join(' ');
  const nearest = nearestWord(asked, names);
  const known = inside.length > 0 ? inside : [...new Set(names.map((name) => name.split(' ')[0]))];
  return new SnowmeltError('CLI.USAGE', `there is no command ${asked}`, {
    fix:
      nearest === undefined
        ? `See snowmelt --help. There are: ${known.join(', ')}.`
        : `Did you mean \`snowmelt ${nearest}\`? snowmelt --help has all of them.`,
  });
}
