import type { SetupFlags } from './setup.ts';

/** `snowmelt run -c …`, as it is typed to go on with what these flags name. */
export function commandLine(command: string, flags: SetupFlags): string {
  const env = flags['env-file'];
  return [
    `snowmelt ${command}`,
    ...(flags.config === 'config.json' ? [] : [`-c ${quoted(flags.config)}`]),
    ...(env === undefined ? [] : [`--env-file ${quoted(env)}`]),
  ].join(' ');
}

function quoted(word: string): string {
  return /^[\w./@%+:,-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
