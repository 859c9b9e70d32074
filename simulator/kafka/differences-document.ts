/**
 * Makes `docs/broker-differences.md` of the data in differences.ts.
 */
import { DIFFERENCES, type Difference, SURPRISES } from './differences.ts'

/** The page as text. */
export function writeDifferences(): string {
  const isSeen = ({ cases = [] }: Difference) => cases.length > 0
  return `${[
    '<!-- Generated from simulator/kafka/differences.ts by `npm run docs`. Do not edit. -->',
    '',
    '# The simulator and a real broker',
    '',
    'The simulator gives a program KafkaJS’s own consumers, producers and admin clients; only the brokers behind them are its own.',
    'One suite of cases, the contract in `simulator/kafka/contract`, holds the simulator and a real broker to the same behaviour:',
    '`npm test` runs it on the simulator, `npm run test:broker` on a real broker through KafkaJS 2.2.4, with the retries that KafkaJS',
    'has outside of tests. It was written on Apache Kafka 4.1 with one node. What is not on this page should be the same; if you',
    'find that it is not, the contract lacks a case.',
    '',
    '## Where they differ',
    '',
    'Both sides of these are checked: the case sees one thing on the simulator and another on a real broker.',
    '',
    ...table(
      ['what', 'simulator', 'real broker', 'why it stays', 'case'],
      DIFFERENCES.filter(isSeen).map(row => [...cellsOf(row), listed(row.cases)]),
    ),
    '',
    'These are documented only: no case can tell, as they are a matter of time or chance, or of what a single node does not show.',
    '',
    ...table(
      ['what', 'simulator', 'real broker', 'why it stays'],
      DIFFERENCES.filter(row => !isSeen(row)).map(cellsOf),
    ),
    '',
    '## Where KafkaJS itself is surprising, and the simulator follows it',
    '',
    'All of these are checked on both sides. Sources are files of KafkaJS 2.2.4, below `src/`.',
    '',
    ...table(
      ['what', 'and then', 'source', 'case'],
      SURPRISES.map(({ what, outcome, source, cases }) => [what, outcome, `\`${source}\``, listed(cases)]),
    ),
    '',
    'One more is out of reach of a case: KafkaJS chooses its retries by `NODE_ENV` when it is loaded (`retry/index.js`). Under a test',
    'runner that sets it to `test`, it tries 15 times within a few seconds instead of 5 times with growing pauses. The simulator always',
    'does the latter.',
  ].join('\n')}\n`
}

const cellsOf = ({ topic, simulator, realBroker, reason }: Difference) => [
  topic,
  simulator,
  realBroker,
  reason,
]

const listed = (cases: readonly string[] = []) => cases.join('; ')

/** Without padding: a change in one row must not touch the others. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
