import { modeTraits } from '../../contract/mode-traits.ts';
import type { Source } from '../../contract/source.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { Target } from '../../contract/target.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';

interface Sides {
  readonly source: Source;
  readonly target: Target;
}

type CapabilityOf<Adapter> = Exclude<keyof Adapter, symbol>;

/** A key of the configuration, as a table of it says it, and what it asks of an adapter. */
interface Need {
  /** As it is written. */
  readonly key: string;
  readonly asks: (job: TableJob) => boolean;
  readonly source?: readonly CapabilityOf<Source>[];
  readonly target?: readonly CapabilityOf<Target>[];
}

const needs: readonly Need[] = [
  {
    key: 'uniqueness_columns',
    asks: ({ mode }) => modeTraits[mode].merges,
    target: ['merges'],
  },
  {
    key: 'refresh: swap',
    asks: ({ mode }) => modeTraits[mode].gathers && modeTraits[mode].replacesAll,
    target: ['swaps'],
  },
  {
    key: 'changes: cdc',
    asks: ({ changes }) => changes === true,
    source: ['changes', 'pins'],
    // Where the changes do not reach back, all rows are replaced.
    target: ['changes', 'swaps'],
  },
  {
    key: 'source_watermark',
    asks: ({ watermark }) => watermark !== undefined,
    source: ['watermarks'],
    target: ['watermarks'],
  },
  {
    key: 'delete_missing',
    asks: ({ deleteMissing }) => deleteMissing !== undefined,
    source: ['pins'],
    target: ['deletesMissing'],
  },
  {
    key: 'on_row_error: quarantine',
    asks: ({ rejects }) => rejects !== undefined,
    target: ['rejects'],
  },
  {
    key: 'disable_index',
    asks: ({ rebuildIndexes }) => rebuildIndexes === true,
    target: ['repairs'],
  },
  {
    key: 'verify: digest',
    asks: ({ verify }) => verify === 'digest',
    source: ['digests'],
    target: ['digests'],
  },
  {
    key: 'schema_evolution: create_and_add',
    asks: ({ schemaEvolution }) => schemaEvolution === 'create_and_add',
    target: ['createsTables'],
  },
  { key: '* in source', asks: ({ wildcard }) => wildcard !== undefined, source: ['lists'] },
  { key: 'truncate_cascade', asks: (job) => job.emptiesOthers, target: ['references'] },
  { key: 'source_filter', asks: ({ read }) => read.filter !== undefined, source: ['filters'] },
  {
    key: '--limit',
    asks: ({ read }) => read.limit !== undefined,
    source: ['limits'],
    target: ['limits'],
  },
  { key: 'extract: unload', asks: ({ read }) => read.extract === 'unload', source: ['extracts'] },
  { key: 'stage', asks: ({ read }) => read.stage !== undefined, source: ['extracts'] },
  { key: 'snapshot: required', asks: (job) => job.snapshot === 'required', source: ['pins'] },
];

/** Throws where the configuration of the table asks for what an adapter lacks, by the keys that do. */
export function refuseUnsupported(job: TableJob, { source, target }: Sides): void {
  const refused = needs
    .filter(({ asks }) => asks(job))
    .flatMap((need) =>
      [
        ...lacking(
          'source',
          need.source?.filter((name) => source[name] === undefined),
        ),
        ...lacking(
          'target',
          need.target?.filter((name) => target[name] === undefined),
        ),
      ].map((lacks) => ({ key: need.key, lacks })),
    );
  if (refused.length === 0) return;
  const keys = [...new Set(refused.map(({ key }) => key))];
  throw new SnowmeltError(
    'CONFIG.UNSUPPORTED',
    refused.map(({ key, lacks }) => `${key}: ${lacks}`).join('; '),
    {
      place: { table: job.key },
      fix: `Remove ${keys.join(', ')} for the table, or use a source or target that has it.`,
    },
  );
}

function lacking(side: 'source' | 'target', names: readonly string[] = []): readonly string[] {
  return names.length === 0 ? [] : [`this ${side} has no ${names.join(' and no ')}`];
}
