/**
 * One instance at work: its database, its Kafka client, its HTTP server, and the service on top; started anew when it fails.
 */
import type { Hono } from 'hono'
import type { Database, Host, WebApp } from '#simulator/service.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { Addresses } from './addresses.ts'
import { type ClientFaults, createClientFaults } from './client-faults.ts'
import type { LiveCluster } from './cluster.ts'
import { type HttpServer, startHttpServer } from './http-server.ts'
import type { InstanceEntry } from './instance.ts'
import type { Log } from './logs.ts'
import type { Metrics } from './metrics.ts'
import { type ObservedKafka, observeKafka } from './observed-kafka.ts'
import { createOperations } from './operations.ts'
import { ServiceContext } from './service-context.ts'
import type { StateFolder } from './state-folder.ts'

export interface RunningInstance {
  readonly name: string
  readonly url: string
  isReady(): boolean
  /** What a service in the wild gets by being deployed anew; no fault strikes it from now on. */
  heal(): void
  stop(): Promise<void>
}

export interface Surroundings {
  readonly cluster: LiveCluster
  readonly state: StateFolder
  readonly addresses: Addresses
  readonly metrics: Metrics
  readonly log: Log
  readonly faults: readonly Fault[]
  /** Milliseconds since the epoch; windows of faults count from it. */
  readonly startedAtMs: number
}

/** One start of the service. */
interface Incarnation {
  readonly context: ServiceContext
  readonly kafka: ObservedKafka
  readonly db: Database
  isUp: boolean
}

const FIRST_RESTART_AFTER_MS = 1_000
const LONGEST_RESTART_AFTER_MS = 30_000

/**
 * @param port of its HTTP server; 0 for any
 * @param extra what else it serves besides its service: the gateway's documentation
 * @throws WorkbenchError `instance-running`, `port-in-use`
 */
export async function startInstance(
  entry: InstanceEntry,
  surroundings: Surroundings,
  port: number,
  extra?: Hono,
): Promise<RunningInstance> {
  const { name, service, run } = entry
  const { cluster, state, addresses, metrics, faults, startedAtMs } = surroundings
  const log = surroundings.log.child({ service: name })
  const unlock = state.lock(name)
  const clientFaults: ClientFaults = createClientFaults(service, faults, startedAtMs)
  let current: Incarnation | undefined
  let restartTimer: NodeJS.Timeout | undefined
  let restarts = 0
  let isStopping = false

  const isReady = () => current?.isUp === true && current.kafka.isReady()
  const operations = createOperations({ service: name, metrics, isReady })
  if (extra !== undefined) operations.route('/', extra)
  let server: HttpServer
  try {
    server = await startHttpServer({ service, port, operations, log, metrics })
  } catch (error) {
    unlock()
    throw error
  }
  addresses.announce({ name, service, pid: process.pid, url: server.url })

  async function start(): Promise<void> {
    const incarnation: Incarnation = {
      context: new ServiceContext(name),
      kafka: observeKafka({
        service,
        instance: name,
        kafka: cluster.kafka(name, log),
        faults: clientFaults,
        log,
        metrics,
        onGivenUp: error => {
          if (current !== incarnation) return
          metrics.consumerGivenUp(service)
          log.error({ reason: error.message }, 'KafkaJS has given the consumer up for good')
          void restart(incarnation)
        },
      }),
      db: state.openDatabase(entry.database),
      isUp: false,
    }
    current = incarnation
    const host: Host = {
      name,
      kafka: incarnation.kafka.kafka,
      db: incarnation.db,
      listen: (app: WebApp) =>
        server.serve({ fetch: request => incarnation.context.run(() => app.fetch(request)) }),
    }
    try {
      await incarnation.context.run(() => run(host))
      if (current !== incarnation) return
      incarnation.isUp = true
      log.info({ url: server.url }, 'is up')
    } catch (error) {
      if (current !== incarnation || isStopping) return
      log.error({ err: error }, 'did not start')
      void restart(incarnation)
    }
  }

  async function end({ context, kafka, db }: Incarnation): Promise<void> {
    server.serve(undefined)
    context.end()
    await kafka.close()
    db.close()
  }

  /** As a platform restarts a container that has failed: later each time it fails again. */
  async function restart(failed: Incarnation): Promise<void> {
    current = undefined
    const delayMs = Math.min(LONGEST_RESTART_AFTER_MS, FIRST_RESTART_AFTER_MS * 2 ** restarts++)
    log.info({ ms: delayMs }, 'starts again')
    await end(failed)
    if (isStopping) return
    restartTimer = setTimeout(() => void start(), delayMs)
  }

  // Whoever starts several does not wait for one that waits for another: readiness says when it is up.
  void start()

  return {
    name,
    url: server.url,
    isReady,
    heal: () => clientFaults.heal(),
    async stop() {
      isStopping = true
      clearTimeout(restartTimer)
      addresses.withdraw(name)
      await server.close()
      if (current !== undefined) await end(current)
      unlock()
    },
  }
}
