// docs/reference/chunk-state.md, from the table that the stores are held to.
import { chunkInvariants, chunkStates, chunkTransitions } from '@snowmelt/core';

const head = `# States of a chunk

What becomes of a chunk in the status store, whoever works at it. The table is
\`packages/core/src/engine/table/chunk-state.ts\`; every status store is held to it by random sequences in
the conformance suite of the testkit.

\`planned\`: nobody has it. \`leased\`: in one worker's hands until its deadline. \`lapsed\`: the deadline is
over; the worker's still, while nobody else has taken the chunk. \`extracted\`: its load chunks have taken
its place. \`loaded\`: its rows are in the target. \`failed\`: after all tries; the next command opens it
again.

Read: in the state of the column, what happens in the row leads to the state in the cell. \`–\`: refused with
\`RUN.LEASE_LOST\`, or not given out; nothing changes. \`renew\` to \`released\` are said by a worker under the
chunk's last lease.
`;

export function chunkStatesPage() {
  const transitions = Object.keys(chunkTransitions.planned);
  const rows = transitions.map((transition) => [
    `**${transition}**`,
    ...chunkStates.map((state) => {
      const next = chunkTransitions[state][transition];
      return next === 'refused' ? '–' : next;
    }),
  ]);
  const lines = [['', ...chunkStates], chunkStates.map(() => '---').concat('---'), ...rows];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const invariants = Object.entries(chunkInvariants).map(
    ([name, text]) => `- **${name}.** ${text}`,
  );
  return `${head}\n${table}\n\n## What always holds\n\n${invariants.join('\n')}\n`;
}
