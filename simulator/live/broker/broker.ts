/**
 * A real broker for this repository: starts, finds, stops, kills and resumes it. Killing it is the fault "broker down" on a
 * real broker: it is gone from one moment to the next, and comes back with its data.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import {
  clearAwayKafka,
  isKafkaAlive,
  killKafka,
  resumeKafka,
  startKafka,
  stopKafka,
} from './apache-kafka.ts'
import { READY_WITHIN_MS, waitUntilReady } from './readiness.ts'
import { isRedpandaAlive, killRedpanda, resumeRedpanda, startRedpanda, stopRedpanda } from './redpanda.ts'
import { chooseRuntime, findRuntimes, type Preference } from './runtimes.ts'
import { type RunningBroker, readState, removeState, writeState } from './state.ts'

export type { RunningBroker } from './state.ts'

/** Where Kafka's clients look first. */
const DEFAULT_PORT = 9092

export interface StartOptions {
  readonly port?: number
  /** Otherwise Docker where it runs, and Java where it does not. */
  readonly prefer?: Preference
  /** Which of several brokers of this repository: empty for the developer's own, a name for one of tests. */
  readonly instance?: string
  /** Told what takes time. */
  readonly onProgress?: (text: string) => void
}

/**
 * Starts a broker that outlives this process, unless one runs already; one that was killed is resumed. Resolves when consumer
 * groups and transactions work.
 * @throws WorkbenchError with what is missing or in the way
 */
export async function startBroker({
  port = DEFAULT_PORT,
  prefer,
  instance = '',
  onProgress = () => {},
}: StartOptions = {}): Promise<RunningBroker> {
  const running = findBroker(instance)
  if (running !== undefined) return untilReady(running)
  if (isBrokerDown(instance)) return resumeBroker(instance)
  const runtime = chooseRuntime(await findRuntimes(), prefer)
  const start = runtime === 'docker' ? startRedpanda : startKafka
  return start({ instance, port, onProgress })
}

/** The broker, if it is alive. One that has ended by itself is forgotten, and its data removed; one that was killed is not. */
export function findBroker(instance = ''): RunningBroker | undefined {
  const state = readState(instance)
  if (state === undefined || state.isDown) return undefined
  const { isDown: _, ...broker } = state
  if (of(broker).isAlive(broker)) return broker
  if (broker.kind === 'apache-kafka') clearAwayKafka(broker)
  removeState(instance)
  return undefined
}

/** Was it killed, and is to come back with its data? */
export function isBrokerDown(instance = ''): boolean {
  return readState(instance)?.isDown === true
}

/** Ends the broker, killed or not, and removes its data. @returns whether there was one */
export async function stopBroker(instance = ''): Promise<boolean> {
  const state = readState(instance)
  if (state === undefined) return false
  await of(state).stop(state)
  removeState(instance)
  return true
}

/** Ends the broker from one moment to the next; its data stays for `resumeBroker`. @throws WorkbenchError `no-broker` */
export async function killBroker(instance = ''): Promise<void> {
  const broker = findBroker(instance)
  if (broker === undefined) throw noBroker()
  // First the note, then the deed: a broker that is found dead without it counts as ended by itself, and loses its data.
  writeState({ ...broker, isDown: true })
  await of(broker).kill(broker)
}

/** Brings a killed broker back, with its data and on its port. Resolves when it can be used. @throws WorkbenchError `no-broker` */
export async function resumeBroker(instance = ''): Promise<RunningBroker> {
  const running = findBroker(instance)
  if (running !== undefined) return untilReady(running)
  const state = readState(instance)
  if (state === undefined) throw noBroker()
  const { isDown: _, ...broker } = state
  return of(broker).resume(broker)
}

const KINDS = {
  'apache-kafka': { isAlive: isKafkaAlive, kill: killKafka, resume: resumeKafka, stop: stopKafka },
  redpanda: { isAlive: isRedpandaAlive, kill: killRedpanda, resume: resumeRedpanda, stop: stopRedpanda },
}

function of({ kind }: RunningBroker) {
  return KINDS[kind]
}

/** Somebody else may have started it just now. */
async function untilReady(broker: RunningBroker): Promise<RunningBroker> {
  if (await waitUntilReady(broker.address, READY_WITHIN_MS, () => !of(broker).isAlive(broker))) return broker
  throw new WorkbenchError(
    'broker-silent',
    `The broker at ${broker.address} runs, but does not answer.`,
    'npm run broker -- --stop ends it; then start it again.',
  )
}

function noBroker(): WorkbenchError {
  return new WorkbenchError('no-broker', 'No broker was started here.', 'npm run broker starts one.')
}
