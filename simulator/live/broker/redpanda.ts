/**
 * Redpanda in Docker, by the repository's docker-compose.yml: one project of Compose for each instance.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '#simulator/desk/exercise.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { refuseBusyPort } from './ports.ts'
import { READY_WITHIN_MS, waitUntilReady } from './readiness.ts'
import { type Ran, runTool } from './run-tool.ts'
import { type RunningBroker, writeState } from './state.ts'

const COMPOSE_FILE = join(ROOT, 'docker-compose.yml')
const CONSOLE_PORT = 8088
/** For questions that Docker answers at once. */
const PATIENCE_MS = 10_000

export interface RedpandaRequest {
  readonly instance: string
  readonly port: number
  readonly onProgress: (text: string) => void
}

/** @throws WorkbenchError `port-taken`, `docker-failed`, `broker-silent` */
export async function startRedpanda({ instance, port, onProgress }: RedpandaRequest): Promise<RunningBroker> {
  const version = redpandaVersion(readFileSync(COMPOSE_FILE, 'utf8'))
  const broker: RunningBroker = {
    instance,
    kind: 'redpanda',
    version,
    address: `127.0.0.1:${port}`,
    port,
    // A test has no use for a page to look at, and its port may be taken.
    ...(instance === '' ? { console: `http://127.0.0.1:${CONSOLE_PORT}` } : {}),
  }
  // Its own port is no obstacle: whoever has started it with docker compose gets that one.
  if (!isRedpandaAlive(broker)) await refuseBusyPort(port)
  onProgress(`Starting Redpanda ${version} with Docker (the first time it is downloaded)`)
  // First the note: should this be interrupted or fail, --stop still knows what to remove.
  writeState({ ...broker, isDown: false })
  await up(broker)
  return broker
}

export function isRedpandaAlive(broker: RunningBroker): boolean {
  const [command, ...args] = composeCommand(broker, ['ps', '--quiet', '--status', 'running', 'redpanda'])
  try {
    const env = { ...process.env, ...environment(broker) }
    const ids = execFileSync(command, args, { env, encoding: 'utf8', stdio: 'pipe', timeout: PATIENCE_MS })
    return ids.trim() !== ''
  } catch {
    return false
  }
}

export async function killRedpanda(broker: RunningBroker): Promise<void> {
  refuseFailure(await compose(broker, ['kill', 'redpanda']), 'kill')
}

/** The same container with what it has written; its port is the same too. */
export async function resumeRedpanda(broker: RunningBroker): Promise<RunningBroker> {
  await up(broker)
  writeState({ ...broker, isDown: false })
  return broker
}

/** Container and data. */
export async function stopRedpanda(broker: RunningBroker): Promise<void> {
  refuseFailure(await compose(broker, ['down', '--volumes', '--timeout', '10']), 'stop')
}

/** The tag of the image, which the compose file pins. */
export function redpandaVersion(composeFile: string): string {
  const [, version] = /image: redpandadata\/redpanda:v(\S+)/.exec(composeFile) ?? []
  if (version === undefined) throw new Error('docker-compose.yml pins no version of Redpanda')
  return version
}

async function up(broker: RunningBroker): Promise<void> {
  const services = broker.console === undefined ? ['redpanda'] : []
  const ran = await compose(broker, ['up', '--detach', '--wait', ...services])
  refuseFailure(ran, 'start')
  if (await waitUntilReady(broker.address, READY_WITHIN_MS, () => false)) return
  throw new WorkbenchError(
    'broker-silent',
    `Redpanda is healthy by its own account, but does not answer at ${broker.address}.`,
    'docker compose --profile redpanda logs redpanda shows what it says; npm run broker -- --stop ends it.',
  )
}

function compose(broker: RunningBroker, args: readonly string[]): Promise<Ran> {
  const [command, ...rest] = composeCommand(broker, args)
  return runTool(command, rest, { env: environment(broker) })
}

function composeCommand({ instance }: RunningBroker, args: readonly string[]): [string, ...string[]] {
  const project = instance === '' ? 'out-of-order' : `out-of-order-${instance}`
  return [
    'docker',
    'compose',
    '--file',
    COMPOSE_FILE,
    '--project-name',
    project,
    '--profile',
    'redpanda',
    ...args,
  ]
}

function environment({ port }: RunningBroker): Record<string, string> {
  return { BROKER_PORT: String(port), CONSOLE_PORT: String(CONSOLE_PORT) }
}

function refuseFailure({ succeeded, stderr }: Ran, what: string): void {
  if (succeeded) return
  const said = stderr.trim().split('\n').at(-1) ?? ''
  throw new WorkbenchError(
    'docker-failed',
    `Docker could not ${what} Redpanda: ${said.replace(/\.$/, '')}.`,
    'docker compose --profile redpanda logs shows more; npm run broker -- --stop removes what there is of it.',
  )
}
