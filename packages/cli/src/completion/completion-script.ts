export const shells = ['bash', 'zsh', 'fish'] as const;

interface Completed {
  /** `config show` */
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly {
    readonly name: string;
    readonly summary: string;
    readonly options: readonly string[];
    readonly takesValue: boolean;
  }[];
}

/** Made of the commands themselves: nothing is kept that could be of another version. */
export function completionScript(shell: string, commands: readonly CommandFacts[]): string {
  const all = commands.filter(({ id }) => id !== 'help').map(completed);
  if (shell === 'fish') return fishScript(all);
  // zsh takes bash's completions.
  const zsh = shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit', ''] : [];
  return [...zsh, bashScript(all)].join('\n');
}

/** As the framework knows a command. */
export interface CommandFacts {
  readonly id: string;
  readonly summary?: string | undefined;
  readonly flags?: Readonly<Record<string, object>>;
  readonly enableJsonFlag?: boolean;
}

interface FlagFacts {
  readonly summary?: string;
  readonly description?: string;
  readonly options?: readonly string[];
  readonly type: string;
}

function completed({ id, summary = '', flags = {}, enableJsonFlag }: CommandFacts): Completed {
  const named = Object.entries(flags).filter(([name]) => name !== 'json');
  const own = named.map(([name, flag]) => {
    const { summary: short, description, options = [], type } = flag as FlagFacts;
    return { name, summary: short ?? description ?? '', options, takesValue: type === 'option' };
  });
  const json = { name: 'json', summary: 'As JSON.', options: [], takesValue: false };
  return {
    name: id.replaceAll(':', ' '),
    summary,
    flags: enableJsonFlag === true ? [...own, json] : own,
  };
}

function bashScript(commands: readonly Completed[]): string {
  const first = [...new Set(commands.map(({ name }) => name.split(' ')[0]))];
  const flags = commands.map(
    ({ name, flags: all }) =>
      `    '${name}') flags='${all.map((flag) => `--${flag.name}`).join(' ')} --help' ;;`,
  );
  const values = commands.flatMap(({ name, flags: all }) =>
    all
      .filter(({ options }) => options.length > 0)
      .map((flag) => `    '${name} --${flag.name}') values='${flag.options.join(' ')}' ;;`),
  );
  return bashFunction({ first, topics: topicCases(commands), flags, values });
}

/** Of commands of two words, what may stand second. */
function topicCases(commands: readonly Completed[]): readonly string[] {
  const pairs = commands.map(({ name }) => name.split(' ')).filter(({ length }) => length > 1);
  return [...Map.groupBy(pairs, ([topic]) => topic)].map(
    ([topic, inside]) =>
      `    '${topic}') words='${inside.map(([, second]) => second).join(' ')}' ;;`,
  );
}

/** Lines of `case`, but for the first words. */
interface Cases {
  readonly first: readonly (string | undefined)[];
  readonly topics: readonly string[];
  readonly flags: readonly string[];
  readonly values: readonly string[];
}

function bashFunction({ first, topics, flags, values }: Cases): string {
  return `# Completion of snowmelt.
_snowmelt() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" words='' flags='' values=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${first.join(' ')}' -- "$current"))
    return
  fi
  case "$command" in
${topics.join('\n')}
  esac
  if [ -n "$words" ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then
      COMPREPLY=($(compgen -W "$words" -- "$current"))
      return
    fi
    command="$command \${COMP_WORDS[2]}"
  fi
  case "$command $before" in
${values.join('\n')}
  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case "$command" in
${flags.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _snowmelt snowmelt`;
}

function fishScript(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, summary, flags }) => {
    const [first = '', second] = name.split(' ');
    const seen =
      second === undefined
        ? `__fish_seen_subcommand_from ${first}`
        : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
    const start =
      second === undefined
        ? [`complete -c snowmelt -f -n __fish_use_subcommand -a ${first} -d ${quoted(summary)}`]
        : [
            `complete -c snowmelt -f -n __fish_use_subcommand -a ${first}`,
            `complete -c snowmelt -f -n ${quoted(`__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${second}`)} -a ${second} -d ${quoted(summary)}`,
          ];
    const own = flags.map(({ name: flag, summary: about, options, takesValue }) =>
      [
        `complete -c snowmelt -n ${quoted(seen)} -l ${flag} -d ${quoted(about)}`,
        ...(options.length > 0 ? [`-x -a ${quoted(options.join(' '))}`] : []),
        ...(takesValue && options.length === 0 ? ['-r'] : []),
      ].join(' '),
    );
    return [...start, ...own];
  });
  return ['# Completion of snowmelt.', ...new Set(lines)].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
