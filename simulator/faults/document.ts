/**
 * The fault catalogue as a page for people: `docs/faults.md` is made by this.
 */
import { CATALOGUE } from './catalogue.ts'
import type { FaultKind } from './fault-kind.ts'

const LAG: Readonly<Record<FaultKind['shownByLag'], string>> = {
  yes: 'yes',
  no: 'no',
  late: 'only late',
}

export function documentFaults(): string {
  return [
    '<!-- Generated from simulator/faults by `npm run docs`. Do not edit. -->',
    '',
    '# Faults',
    '',
    'Every failure mode the workbench can inject: what happens in the run, how it comes about in production, what Kafka, the',
    'database or HTTP says about it, and what would notice it.',
    '',
    '| fault | in one phrase | would a consumer’s lag show it? |',
    '|---|---|---|',
    ...CATALOGUE.map(
      ({ kind, title, shownByLag }) => `| [\`${kind}\`](#${kind}) | ${title} | ${LAG[shownByLag]} |`,
    ),
    '',
    ...CATALOGUE.flatMap(section),
  ].join('\n')
}

function section(entry: FaultKind): string[] {
  return [
    `## ${entry.kind}`,
    '',
    entry.what,
    '',
    '```',
    ...entry.examples,
    '```',
    '',
    `- **In the wild:** ${entry.wild}`,
    `- **What is said about it:** ${entry.says}`,
    `- **What would notice it:** ${entry.signal}`,
    ...(entry.destroysData === true
      ? [
          '- **No service can make good for it:** acknowledged data is gone. What counts is that somebody notices.',
        ]
      : []),
    '',
  ]
}
