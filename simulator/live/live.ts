/**
 * Live mode: services on the wall clock, with real HTTP and SQLite files, on the embedded cluster or a real broker.
 */
import type { Hono } from 'hono'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { openAddresses } from './addresses.ts'
import type { LiveCluster } from './cluster.ts'
import { readGroupLag } from './group-lag.ts'
import { type InstanceEntry, instancesOf } from './instance.ts'
import type { Log } from './logs.ts'
import { createMetrics } from './metrics.ts'
import { LIMITS, type Limits, prepareInstance, type RunningInstance } from './running-instance.ts'
import { ownTimers } from './service-context.ts'
import { fetchByName } from './service-fetch.ts'
import type { StateFolder } from './state-folder.ts'
import { listenForFailures } from './stray-failures.ts'

export interface LiveOptions {
  readonly scenario: Scenario
  /** Which of the scenario's instances run here. */
  readonly instances: readonly InstanceEntry[]
  readonly cluster: LiveCluster
  readonly state: StateFolder
  readonly log: Log
  /** Consumer groups whose lag the metrics show. */
  readonly groups: readonly string[]
  readonly faults?: readonly Fault[]
  /** Ports by instance name; any that is free for the others. */
  readonly ports?: Readonly<Record<string, number>>
  /** What instances serve besides their services, by instance name. */
  readonly extras?: Readonly<Record<string, Hono>>
  readonly limits?: Partial<Limits>
  /** Told of an uncaught error that comes from no service. Default: a line in the log, and the process ends with exit code 1. */
  onStray?(error: unknown): void
}

export interface Live {
  readonly instances: readonly RunningInstance[]
  isReady(): boolean
  heal(): void
  /** Lets what is under way end, leaves the consumer groups, closes the databases. Does not close the cluster. */
  stop(): Promise<void>
}

/**
 * A service that fails, or whose consumer KafkaJS gives up, is started anew; the others go on.
 * @throws WorkbenchError `instance-running`, `port-in-use`, `other-cluster`; then nothing has been started
 */
export async function startLive(options: LiveOptions): Promise<Live> {
  const { scenario, cluster, state, log, groups } = options
  state.bindTo(cluster.clusterId)
  const addresses = openAddresses(state.addressFolder)
  ownTimers()
  fetchByName(
    addresses,
    instancesOf(scenario).map(({ service }) => service),
  )
  const metrics = createMetrics(() => readGroupLag(cluster.admin, groups))
  const surroundings = {
    cluster,
    state,
    addresses,
    metrics,
    log,
    faults: options.faults ?? [],
    startedAtMs: Date.now(),
    limits: { ...LIMITS, ...options.limits },
  }
  const running: RunningInstance[] = []
  const onStray = options.onStray ?? (error => endProcess(log, error))
  const stopListening = listenForFailures(onStray)
  async function stop(): Promise<void> {
    // A handler that asks another service must still get its answer.
    await Promise.all(running.map(instance => instance.stopConsuming()))
    await Promise.all(running.map(instance => instance.stop()))
    stopListening()
  }
  try {
    for (const entry of options.instances) {
      const port = options.ports?.[entry.name] ?? 0
      running.push(await prepareInstance(entry, surroundings, port, options.extras?.[entry.name]))
    }
  } catch (error) {
    await stop()
    throw error
  }
  // Only when all have their lock and their port: whoever is refused has done nothing yet.
  for (const instance of running) instance.start()
  return {
    instances: running,
    isReady: () => running.every(instance => instance.isReady()),
    heal: () => running.forEach(instance => void instance.heal()),
    stop,
  }
}

/** What is wrong here is not known, so neither is what still works: whoever watches the process starts it anew, and it resumes. */
function endProcess(log: Log, error: unknown): void {
  log.fatal({ err: error }, 'failed, and it was none of the services: this process ends')
  process.exit(1)
}
