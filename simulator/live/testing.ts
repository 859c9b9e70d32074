/**
 * What tests of live mode share: a small scenario on the embedded broker, in a folder of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { Service } from '#simulator/service.ts'
import { type LiveCluster, openEmbeddedCluster } from './cluster.ts'
import { chooseInstances, instancesOf } from './instance.ts'
import { type Live, type LiveOptions, startLive } from './live.ts'
import { createLog, silentLog } from './logs.ts'
import { openStateFolder, type StateFolder } from './state-folder.ts'

export const TOPIC = 'order.events'

export interface SmallWorld {
  readonly folder: string
  readonly state: StateFolder
  readonly cluster: LiveCluster
  /** Lines of the log, parsed. */
  readonly lines: readonly Record<string, unknown>[]
  start(
    services: Record<string, Service>,
    options?: Partial<LiveOptions>,
    names?: readonly string[],
  ): Promise<Live>
  /** Stops what runs, and deletes the folder. */
  end(): Promise<void>
}

/** Failures are followed by a new start within a moment. */
const LIMITS = { firstRestartAfterMs: 20, longestRestartAfterMs: 80, longestCloseMs: 1_000 }

export async function createSmallWorld(): Promise<SmallWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'out-of-order-live-'))
  const state = openStateFolder(folder)
  const topics = [{ topic: TOPIC, partitions: 2 }]
  const cluster = await openEmbeddedCluster(state.journalFile, topics, silentLog)
  cluster.prepareToClose()
  const lines: Record<string, unknown>[] = []
  const running: Live[] = []
  return {
    folder,
    state,
    cluster,
    lines,
    async start(services, options, names = []) {
      const scenario: Scenario = {
        name: 'small',
        topics,
        services: Object.entries(services).map(([name, service]) => ({ name, service })),
        parties: {},
        workload: async () => {},
        guarantees: [],
      }
      const instances = chooseInstances(instancesOf(scenario), names)
      const log = createLog('json', collect(lines))
      const live = await startLive({
        scenario,
        instances,
        cluster,
        state,
        log,
        groups: Object.keys(services),
        limits: LIMITS,
        ...options,
      })
      running.push(live)
      return live
    },
    async end() {
      await Promise.all(running.map(live => live.stop()))
      await cluster.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Vitest has listeners of its own, to which a failure here would be one of the test run. @returns how to bring them back */
export function hearFailuresAlone(): () => void {
  const emitter: NodeJS.EventEmitter = process
  const events = ['uncaughtException', 'unhandledRejection']
  const others = events.map(event => emitter.listeners(event) as ((...values: unknown[]) => void)[])
  for (const event of events) emitter.removeAllListeners(event)
  return () => {
    for (const [index, event] of events.entries())
      for (const listener of others[index]!) emitter.on(event, listener)
  }
}

function collect(lines: Record<string, unknown>[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of String(chunk).split('\n')) if (line !== '') lines.push(JSON.parse(line))
      done()
    },
  })
}
