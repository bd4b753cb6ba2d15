/** What each command's document says, before its keys. */
const commands: Readonly<Record<string, string>> = {
  check: 'Each check with what it found; with `--deep` what the account answers.',
  'config show':
    'The configuration as it is read, secrets left out: see [configuration](../configuration.md).',
  'config validate': 'Whether the file is in order.',
  diagnose: 'Runs that are alive or unfinished, and the newest; what is wrong, the worst first.',
  discover: 'Schemas, or tables and views of one.',
  grants: 'Statements that give both roles what this configuration needs.',
  history: 'Earlier runs; with `--compare` the last two side by side.',
  init: 'The file that was written, and how each table is moved, with the reason.',
  logs: 'What happened in a run, the oldest first.',
  plan: 'What a run would do with each table.',
  'rejects list': 'Rows in quarantine by their reason.',
  'rejects retry': 'What became of rows that were loaded once more.',
  'rejects show': 'The rows themselves. Their texts are data of the table.',
  repair: 'What was put right, or with `--dry-run` would be.',
  run: 'The report of the run.',
  status: 'The newest run, or the latest N; of one that is shown alone also what is wrong.',
};

/** Objects whose keys are names of the user's. */
const open: ReadonlySet<string> = new Set(['connections.databases', 'error.place']);

const head = `# Documents of \`--json\`

One document on stdout, and nothing else there; logs go to stderr. A key that has nothing to say is absent.
Times are ISO 8601 texts in UTC; durations are in seconds, sizes in bytes. Keys may be added; what a key means
changes with a major version only. A command that fails prints \`{"error": …}\` in place of its document and
ends with the exit code that its help names. \`completion\` and \`ui\` have no document; \`config schema\` prints a
JSON Schema, \`demo\` its tables and totals, and \`worker\` what it loaded, with the run's report where it has
become the owner.

This page is written from documents of the commands by \`e2e/test/diagnose.e2e.test.ts\`, which fails where they
differ from it; \`-u\` writes it anew.
`;

/** Documents as commands print them, and the page that says what is in them. */
export class JsonPage {
  readonly #shapes = new Map<string, Map<string, Set<string>>>();

  add(command: string, document: unknown): void {
    const failed = typeof document === 'object' && document !== null && 'error' in document;
    const name = failed && Object.keys(document).length === 1 ? 'failure' : command;
    const shape = this.#shapes.get(name) ?? new Map<string, Set<string>>();
    this.#shapes.set(name, shape);
    if (name !== 'config show') describe(document, '', shape);
  }

  get commands(): readonly string[] {
    return [...this.#shapes.keys()].filter((name) => name !== 'failure').toSorted();
  }

  text(): string {
    const parts = Object.entries(commands).flatMap(([name, says]) => [
      `## ${name}\n\n${says}\n`,
      ...tableOf(this.#shapes.get(name)),
    ]);
    const failure = ['## A failure\n', ...tableOf(this.#shapes.get('failure'))];
    return [head, ...parts, ...failure].join('\n');
  }
}

export const documentedCommands = Object.keys(commands).toSorted();

function tableOf(shape: ReadonlyMap<string, ReadonlySet<string>> | undefined): readonly string[] {
  if (shape === undefined || shape.size === 0) return [];
  const paths = [...shape.keys()];
  // Of an empty list nothing is known but that it is one.
  const isKnown = (path: string) => paths.some((other) => other.startsWith(`${path}.`));
  const rows = [...shape]
    .filter(([path, kinds]) => kinds.size > 0 || !isKnown(path))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, kinds]) => `| \`${path}\` | ${[...kinds].toSorted().join(' or ') || 'list'} |`);
  return [['| key | value |', '| --- | --- |', ...rows, ''].join('\n')];
}

function describe(value: unknown, path: string, shape: Map<string, Set<string>>): void {
  if (Array.isArray(value)) {
    if (value.length === 0) note(shape, `${path}[]`);
    for (const item of value) describe(item, `${path}[]`, shape);
    return;
  }
  if (typeof value !== 'object' || value === null) {
    note(shape, path, kindOf(value));
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const name = open.has(path) ? '<name>' : key;
    describe(inner, path === '' ? name : `${path}.${name}`, shape);
  }
}

function note(shape: Map<string, Set<string>>, path: string, kind?: string): void {
  const kinds = shape.get(path) ?? new Set<string>();
  shape.set(path, kind === undefined ? kinds : kinds.add(kind));
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'true or false';
  if (typeof value !== 'string') return typeof value;
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/u.test(value) ? 'time' : 'text';
}
