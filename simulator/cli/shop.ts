/**
 * `shop`: the order flow for real: HTTP, files and the wall clock, on the embedded broker or a real one.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { parseClientFaults } from '#simulator/live/client-faults.ts'
import { connectToBroker, type LiveCluster, openEmbeddedCluster } from '#simulator/live/cluster.ts'
import { chooseInstances, instancesOf } from '#simulator/live/instance.ts'
import { type Live, startLive } from '#simulator/live/live.ts'
import { createLog, type Log, type LogFormat, silentLog } from '#simulator/live/logs.ts'
import { openStateFolder, type StateFolder } from '#simulator/live/state-folder.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { CONSUMERS } from '#simulator/shop/topics.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { formatTime, pad, style } from './terminal.ts'

interface ShopOptions {
  readonly broker?: string
  readonly port: string
  readonly state?: string
  readonly fresh?: boolean
  readonly log?: string
  readonly fault: string[]
}

const DEFAULT_STATE = '.data'
/** Whoever asks twice means it; within a moment it is only the same signal, passed on by the parent process too. */
const EXIT_INTERRUPTED = 130
const SAME_SIGNAL_MS = 1_000

export function addShopCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('shop')
    .description('the order flow for real: HTTP API and services, in one process or several')
    .argument(
      '[services...]',
      'which of them; all when none is named. inventory-2 is a second instance of inventory',
    )
    .option('--broker <host:port>', 'a real Kafka broker; without it the embedded one')
    .option('--port <number>', 'where the gateway listens, on 127.0.0.1', '8080')
    .option(
      '--state <folder>',
      `databases and addresses (default: ${DEFAULT_STATE}/embedded or ${DEFAULT_STATE}/broker)`,
    )
    .option('--fresh', 'begin anew: removes that folder first')
    .option('--log <format>', 'text, json or none (default: text in a terminal, json elsewhere)')
    .option('--fault <fault>', 'played at this end of the wire; may be repeated', collect, [])
    .action(async (names: string[], options: ShopOptions) => {
      const scenario = createShop()
      const instances = chooseInstances(instancesOf(scenario), names)
      const port = readPort(options.port)
      const faults = parseClientFaults(options.fault, SHOP_TARGETS)
      const log = readLog(options.log)
      const folder =
        options.state ?? join(DEFAULT_STATE, options.broker === undefined ? 'embedded' : 'broker')
      if (options.fresh === true)
        removeState(folder, [...instancesOf(scenario).map(({ name }) => name), 'kafka'])
      const state = openStateFolder(folder)
      const startedAt = performance.now()
      const cluster =
        options.broker === undefined
          ? await openEmbeddedCluster(state.journalFile, scenario.topics, log)
          : await connectToBroker(options.broker, scenario.topics, log)
      let live: Live
      try {
        live = await startLive({
          scenario,
          instances,
          cluster,
          state,
          log,
          groups: CONSUMERS,
          faults,
          ports: { gateway: port },
        })
      } catch (error) {
        await cluster.close()
        throw error
      }
      const isQuiet = options.log === 'json' || (options.log === undefined && !process.stdout.isTTY)
      if (!isQuiet) console.log(introduction(live, cluster, state))
      const readiness = setInterval(() => {
        if (!live.isReady()) return
        clearInterval(readiness)
        const took = formatTime(performance.now() - startedAt)
        if (isQuiet) log.info({ ms: Math.round(performance.now() - startedAt) }, 'ready')
        else console.log(`  ${style.good('✓')} ready after ${took}\n`)
      }, 100)
      const signal = await untilStopped()
      clearInterval(readiness)
      log.info({ signal }, 'stopping')
      await live.stop()
      await cluster.close()
      log.info('stopped')
      setExitCode(0)
    })
}

function introduction(live: Live, cluster: LiveCluster, { folder }: StateFolder): string {
  const gateway = live.instances.find(({ name }) => name === 'gateway')
  const operations = (gateway ?? live.instances[0])!.url
  const rows = live.instances.map(({ name, url }) => `  ${pad(name, 15)} ${style.quiet(url)}`)
  const api =
    gateway === undefined
      ? []
      : [`  ${pad('API', 15)} ${style.command(`${gateway.url}/docs`)}  what can be asked, and how`]
  return [
    '',
    `${style.title('The shop')}  on ${cluster.title}, state in ${folder}`,
    '',
    ...rows,
    '',
    ...api,
    `  ${pad('metrics', 15)} ${style.command(`${operations}/metrics`)}  also /health and /ready, of every service`,
    `  ${pad('to stop', 15)} Ctrl-C; started again it resumes`,
    '',
  ].join('\n')
}

function untilStopped(): Promise<NodeJS.Signals> {
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
  })
}

/** @throws WorkbenchError `instance-running` when somebody still works with it */
function removeState(folder: string, names: readonly string[]): void {
  const state = openStateFolder(folder)
  const unlocks = names.map(name => state.lock(name))
  for (const unlock of unlocks) unlock()
  rmSync(folder, { recursive: true, force: true })
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

function readLog(format: string | undefined): Log {
  if (format === 'none') return silentLog
  if (format === undefined) return createLog(process.stdout.isTTY ? 'text' : 'json')
  if (format === 'text' || format === 'json') return createLog(format satisfies LogFormat)
  throw new WorkbenchError('bad-log', `${format} is no format of logs.`, 'Give text, json or none.')
}

function collect(value: string, values: string[]): string[] {
  return [...values, value]
}
