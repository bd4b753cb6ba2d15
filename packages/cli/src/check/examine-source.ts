import {
  describeWritten,
  isSnowmeltError,
  SnowmeltError,
  type Probe,
  type Source,
  type TableJob,
  type TableRef,
  type WorkContext,
} from '@snowmelt/core';
import { bold, dim, green, red, yellow } from 'ansis';

/** What `check --deep` prints as JSON: made to be shown to others. */
export interface DeepView {
  readonly ok: boolean;
  readonly snowmelt: string;
  readonly node: string;
  readonly snowflake: string;
  readonly probes: readonly Probe[];
}

/** Asks beside the first table's place in the source; no table is read. */
export async function examineSource(
  source: Source,
  jobs: readonly TableJob[],
  using: { readonly context: WorkContext; readonly version: string },
): Promise<DeepView> {
  const [job] = jobs;
  if (job === undefined) throw new SnowmeltError('CONFIG.NO_SUCH_TABLE', 'no table is selected');
  if (source.examines === undefined) {
    throw new SnowmeltError('CONFIG.UNSUPPORTED', 'this source has no questions for check --deep');
  }
  const { server, probes } = await source.examines.examine(
    await placeOf(job, source, using.context),
    using.context,
  );
  const ok = probes.every(({ outcome }) => outcome !== 'different');
  return { ok, snowmelt: using.version, node: process.version, snowflake: server, probes };
}

/** As the account has it, where it has it: the probes do without the table itself. */
async function placeOf(job: TableJob, source: Source, context: WorkContext): Promise<TableRef> {
  if (job.sourceInCapitals === undefined) return job.source;
  try {
    return (await describeWritten(job, (ref) => source.describe(ref, context))).ref;
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return job.source;
  }
}

export function formatDeepView({ snowmelt, node, snowflake, probes }: DeepView): readonly string[] {
  const count = (outcome: Probe['outcome']): number =>
    probes.filter((probe) => probe.outcome === outcome).length;
  const words = [
    `${count('expected')} of ${probes.length} as expected`,
    `${count('different')} different`,
    `${count('unknown')} not to be asked`,
  ];
  return [
    `Snowmelt ${snowmelt}, Node.js ${node}, Snowflake ${snowflake}`,
    ...probes.flatMap(formatProbe),
    '',
    `${bold(words.join(', '))}.`,
    'It holds no names, no secrets and no rows. Where something is different, please paste all of it into an issue.',
  ];
}

const marks = { expected: green('✔'), different: red('✘'), unknown: yellow('?') };

function formatProbe({ name, asks, expected, got, outcome, meaning }: Probe): readonly string[] {
  const head = `${marks[outcome]} ${name}  ${dim(asks)}`;
  if (outcome === 'expected') return [head];
  return [
    head,
    `    expected  ${expected}`,
    `    ${outcome === 'different' ? 'got     ' : 'refused '}  ${got}`,
    `    ${outcome === 'different' ? 'means   ' : 'if not  '}  ${meaning}`,
  ];
}
