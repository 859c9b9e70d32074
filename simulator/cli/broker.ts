/**
 * `broker`: a real broker to run the shop and the exercises on.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import type { RunningBroker } from '#simulator/live/broker/broker.ts'
import type { Preference } from '#simulator/live/broker/runtimes.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { fact, formatSteps, type Step } from './facts.ts'
import { createProgressLine, formatTime, style, terminalWidth } from './terminal.ts'

interface BrokerOptions {
  port?: string
  docker?: boolean
  java?: boolean
  status?: boolean
  stop?: boolean
}

const portSchema = z.coerce.number().int().min(1024).max(65_534)

export function addBrokerCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('broker')
    .description('a real broker: Redpanda on Docker, otherwise Apache Kafka on Java')
    .option('--port <port>', 'where it is to be reached (9092 unless told)')
    .option('--docker', 'Redpanda, even where Java is')
    .option('--java', 'Apache Kafka, even where Docker runs')
    .option('--status', 'says whether it runs, and changes nothing')
    .option('--stop', 'ends it and removes its data')
    .action(async (options: BrokerOptions) => {
      const { port, prefer } = readOptions(options)
      const width = terminalWidth()
      if (options.stop === true) return console.log(await stop(width))
      if (options.status !== true) return console.log(await start(port, prefer, width))
      const { text, runs } = await report(width)
      console.log(text)
      setExitCode(runs ? 0 : 1)
    })
}

// KafkaJS is loaded by this command only: every other one would wait for it in vain.
const library = () => import('#simulator/live/broker/broker.ts')

async function start(
  port: number | undefined,
  prefer: Preference | undefined,
  width: number,
): Promise<string> {
  const { findBroker, startBroker } = await library()
  const wasRunning = findBroker() !== undefined
  const progress = createProgressLine()
  const startedAt = performance.now()
  const broker = await startBroker({
    ...(port === undefined ? {} : { port }),
    ...(prefer === undefined ? {} : { prefer }),
    onProgress: text => progress.show(`  ${text} …`),
  }).finally(() => progress.clear())
  const status = wasRunning
    ? 'It runs already.'
    : `Ready after ${formatTime(performance.now() - startedAt)}; it goes on when this command ends.`
  return describeBroker(broker, status, width)
}

async function stop(width: number): Promise<string> {
  const { stopBroker } = await library()
  const progress = createProgressLine()
  progress.show('  Stopping the broker …')
  const stopped = await stopBroker().finally(() => progress.clear())
  const text = stopped ? 'The broker has ended, and its data is removed.' : 'No broker was running.'
  return `\n${fact('Stopped', text, width)}\n`
}

async function report(width: number): Promise<{ text: string; runs: boolean }> {
  const { findBroker, isBrokerDown } = await library()
  const { answers } = await import('#simulator/live/broker/readiness.ts')
  const broker = findBroker()
  if (broker !== undefined) {
    const isAnswering = await answers(broker.address)
    const status = isAnswering ? 'It runs and answers.' : 'It runs, but does not answer.'
    return { text: describeBroker(broker, status, width), runs: isAnswering }
  }
  const isDown = isBrokerDown()
  const text = isDown ? 'It was killed; its data is kept.' : 'No broker is running.'
  const next = { command: 'npm run broker', what: isDown ? 'brings it back with its data' : 'starts one' }
  return { text: `\n${fact('Broker', text, width)}\n\n${formatSteps('Next', [next], width)}\n`, runs: false }
}

/** What is known of a broker, and what to do with it. */
export function describeBroker(broker: RunningBroker, status: string, width: number): string {
  const { kind, version, address, console: page, logFile, dataFolder, pid } = broker
  const facts = [
    ['Broker', `${NAMES[kind]} ${version}${pid === undefined ? '' : `, process ${pid}`}`],
    ['Address', address],
    ['Console', page],
    ['Status', status],
    ['Data', dataFolder === undefined ? 'in its container' : `${dataFolder} (temporary)`],
    ['Log', logFile ?? 'docker compose --profile redpanda logs redpanda'],
  ]
  const lines = facts.flatMap(([label = '', text]) => (text === undefined ? [] : [fact(label, text, width)]))
  const steps: Step[] = [
    { command: `npm run shop -- --broker ${address}`, what: 'the shop on this broker' },
    { command: `npm run demo -- --broker ${address}`, what: 'what fails, measured on it' },
    { command: `npm run check 12 -- --broker ${address}`, what: 'your answer to an exercise on it' },
    { command: 'npm run broker -- --stop', what: 'ends it and removes its data' },
  ]
  return `\n${style.title('A real broker')}\n\n${lines.join('\n')}\n\n${formatSteps('Next', steps, width)}\n`
}

const NAMES = { 'apache-kafka': 'Apache Kafka', redpanda: 'Redpanda' } as const

function readOptions({ port, docker, java, stop, status }: BrokerOptions) {
  refuseBoth('--docker', docker, '--java', java)
  refuseBoth('--stop', stop, '--status', status)
  const prefer: Preference | undefined = docker ? 'docker' : java ? 'java' : undefined
  return { port: port === undefined ? undefined : readPort(port), prefer }
}

function readPort(text: string): number {
  const parsed = portSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new WorkbenchError(
    'wrong-port',
    `--port should be a whole number from 1024 to 65534, but is "${text}".`,
    'Leave it out for 9092.',
  )
}

function refuseBoth(
  one: string,
  isOne: boolean | undefined,
  other: string,
  isOther: boolean | undefined,
): void {
  if (isOne !== true || isOther !== true) return
  throw new WorkbenchError('both', `${one} and ${other} exclude each other.`, 'Leave one of them out.')
}
