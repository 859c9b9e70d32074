/**
 * What `shop` does: services on the wall clock until somebody stops them.
 */
import { join } from 'node:path'
import { openAddresses } from '#simulator/live/addresses.ts'
import { createApiPage } from '#simulator/live/api-page.ts'
import { parseClientFaults } from '#simulator/live/client-faults.ts'
import { type LiveCluster, openEmbeddedCluster } from '#simulator/live/cluster.ts'
import { chooseInstances, type InstanceEntry, instancesOf } from '#simulator/live/instance.ts'
import { type Live, startLive } from '#simulator/live/live.ts'
import { createLog, type Log, type LogFormat, silentLog } from '#simulator/live/logs.ts'
import { clearStateFolder, openStateFolder, type StateFolder } from '#simulator/live/state-folder.ts'
import { createShop, type Shop } from '#simulator/shop/shop.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { CONSUMERS, GROUPS } from '#simulator/shop/topics.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { openSharedBroker } from './shared-broker.ts'
import { formatTime, pad, style, terminalWidth, wrap } from './terminal.ts'

export interface ShopOptions {
  readonly broker?: string
  /** Of the gateway; 8080 unless told. */
  readonly port?: string
  readonly state?: string
  readonly fresh?: boolean
  readonly log?: string
  readonly fault: string[]
}

/** Below it a folder for each kind of broker: their databases speak of different topics. */
const DEFAULT_STATE = '.data'
const DEFAULT_PORT = '8080'
const READY_EVERY_MS = 50
/** From then on whoever waits is told for whom. */
const LONG_WAIT_MS = 15_000
/** Whoever asks twice means it; within a moment it is only the same signal, passed on by the parent process too. */
const EXIT_INTERRUPTED = 130
const SAME_SIGNAL_MS = 1_000
/** When everything has been closed, whatever is open still nobody needs. */
const LONGEST_EXIT_MS = 500
const LABEL_WIDTH = 10
const WIDEST = 110

/** Resolves when it was asked to stop, and has. @throws WorkbenchError for everything that cannot be had as it was asked for */
export async function runLiveShop(names: readonly string[], options: ShopOptions): Promise<void> {
  const scenario = createShop()
  const all = instancesOf(scenario)
  const instances = chooseInstances(all, names)
  if (options.port !== undefined) requireGateway(instances)
  const ports = { gateway: readPort(options.port ?? DEFAULT_PORT) }
  const faults = parseClientFaults(options.fault, SHOP_TARGETS, CONSUMERS)
  const format = readFormat(options.log)
  const log: Log = format === 'none' ? silentLog : createLog(format)
  const startedAt = performance.now()
  const { state, cluster } = await openPlace(options, scenario.topics, all, log)
  let live: Live
  try {
    const extras = { gateway: createApiPage() }
    const where = { scenario, instances, cluster, state, log }
    live = await startLive({ ...where, groups: GROUPS, faults, ports, extras })
  } catch (error) {
    await cluster.close()
    throw error
  }
  if (format !== 'json') console.log(introduction(live, cluster, state))
  const stopWaiting = whenReady(live, log, () => {
    const ms = Math.round(performance.now() - startedAt)
    if (format === 'json') log.info({ ms }, 'ready')
    else console.log(`${style.good('✓')} ready after ${formatTime(ms)}`)
  })
  const reason = await untilStopped()
  stopWaiting()
  // The terminal has shown ^C, and the line is still open.
  if (reason === 'SIGINT' && process.stdout.isTTY) console.log()
  log.info({ reason }, 'stopping')
  cluster.prepareToClose()
  await live.stop()
  await cluster.close()
  if (format === 'json') log.info('stopped')
  else console.log(`${style.good('✓')} stopped; started again it resumes`)
  setTimeout(() => process.exit(0), LONGEST_EXIT_MS).unref()
}

/** The folder and the broker that belongs to it, both empty if that was asked for. */
async function openPlace(
  { state: given, broker, fresh }: ShopOptions,
  topics: Shop['topics'],
  all: readonly InstanceEntry[],
  log: Log,
): Promise<{ state: StateFolder; cluster: LiveCluster }> {
  const folder = given ?? join(DEFAULT_STATE, broker === undefined ? 'embedded' : 'broker')
  const databases = all.map(({ database }) => database)
  const clearState = () => clearStateFolder(folder, databases)
  if (broker === undefined) {
    if (fresh === true) clearState()
    const state = openStateFolder(folder)
    return { state, cluster: await openOwnCluster(state, topics, log) }
  }
  const state = openStateFolder(folder)
  const shared = { address: broker, state, topics, groups: GROUPS, log }
  return { state, cluster: await openSharedBroker({ ...shared, ...(fresh === true && { clearState }) }) }
}

/** @throws WorkbenchError `shop-running` when another process has the embedded broker, and what its journal may throw */
async function openOwnCluster(state: StateFolder, topics: Shop['topics'], log: Log): Promise<LiveCluster> {
  try {
    return await openEmbeddedCluster(state.journalFile, topics, log)
  } catch (error) {
    if (!(error instanceof WorkbenchError && error.code === 'journal-in-use')) throw error
    const known = openAddresses(state.addressFolder).all()
    const address = known.find(({ name }) => name === 'gateway') ?? known[0]
    const where = address === undefined ? '' : ` (process ${address.pid}, ${address.url})`
    throw new WorkbenchError(
      'shop-running',
      `The shop runs already in ${state.folder}${where}, and the embedded broker is its own.`,
      'Stop it first, or use another folder with --state. Processes that share their work need a real broker: npm run broker, then --broker HOST:PORT.',
    )
  }
}

/** @returns how to stop waiting */
function whenReady(live: Live, log: Log, onReady: () => void): () => void {
  const timer = setInterval(() => {
    if (!live.isReady()) return
    stop()
    onReady()
  }, READY_EVERY_MS)
  const patience = setTimeout(() => {
    const names = live.instances.filter(instance => !instance.isReady()).map(({ name }) => name)
    log.warn(`not ready yet: ${names.join(', ')}`)
  }, LONG_WAIT_MS)
  function stop(): void {
    clearInterval(timer)
    clearTimeout(patience)
  }
  return stop
}

function introduction(live: Live, cluster: LiveCluster, { folder }: StateFolder): string {
  const gateway = live.instances.find(({ name }) => name === 'gateway')
  const { url } = gateway ?? live.instances[0]!
  const label = (name: string) => `  ${pad(name, LABEL_WIDTH)}`
  const row = (name: string, path: string, what: string) =>
    `${label(name)}${style.command(url + path)}${' '.repeat('/metrics'.length - path.length)}  ${what}`
  const names = live.instances.map(({ name }) => name).join(' ')
  const width = Math.min(terminalWidth(), WIDEST) - LABEL_WIDTH - 2
  return [
    '',
    `${style.title('The shop')} on ${cluster.title}, state in ${folder}`,
    '',
    ...(gateway === undefined ? [] : [row('API', '/docs', 'what can be asked, and how')]),
    row('metrics', '/metrics', 'also /health and /ready'),
    `${label('here')}${wrap(names, width, ' '.repeat(LABEL_WIDTH + 2))}`,
    `${label('to stop')}Ctrl-C; started again it resumes`,
    '',
  ].join('\n')
}

/** A signal, or the end of whoever read our output: `npm run shop | head`. */
function untilStopped(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        const askedAt = performance.now()
        process.on(signal, () => {
          if (performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(EXIT_INTERRUPTED)
        })
        resolve(signal)
      })
    }
    process.stdout.on('error', () => resolve('standard output is closed'))
    process.stderr.on('error', () => {})
  })
}

function requireGateway(instances: readonly InstanceEntry[]): void {
  if (instances.some(({ name }) => name === 'gateway')) return
  throw new WorkbenchError(
    'no-gateway',
    '--port is where the gateway listens, and the gateway is not among the services named.',
    'Name it too, or leave --port away: the others listen wherever is free, and find each other.',
  )
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new WorkbenchError(
    'bad-port',
    `${text} is no port.`,
    'Give a number from 0, which means any, to 65535.',
  )
}

function readFormat(format: string | undefined): LogFormat | 'none' {
  if (format === undefined) return process.stdout.isTTY ? 'text' : 'json'
  if (format === 'text' || format === 'json' || format === 'none') return format
  throw new WorkbenchError('bad-log', `${format} is no format of logs.`, 'Give text, json or none.')
}
