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
import { outsideServices, ServiceContext } from './service-context.ts'
import type { StateFolder } from './state-folder.ts'

export interface RunningInstance {
  readonly name: string
  readonly url: string
  /** Whoever starts several does not wait for one that waits for another: readiness says when it is up. */
  start(): void
  isReady(): boolean
  /** What a service in the wild gets by being deployed anew; no fault strikes it from now on. */
  heal(): void
  /** Its consumers end what they have in hand, and take no more; requests are answered as before. */
  stopConsuming(): Promise<void>
  /** To be called after it. */
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
  readonly limits: Limits
}

/** One start of the service. */
interface Incarnation {
  readonly context: ServiceContext
  readonly clientContext: ServiceContext
  readonly kafka: ObservedKafka
  readonly startedAtMs: number
  db: Database | undefined
  /** Its service function has resolved. */
  isUp: boolean
  /** Everybody has been told that it is up, and its consumers are in their groups. */
  isAnnounced: boolean
}

export interface Limits {
  /** How long after its first failure a service is started anew; twice as long after each further one in a row. */
  readonly firstRestartAfterMs: number
  readonly longestRestartAfterMs: number
  /** Whoever has run for so long before it fails is in no loop: its next failure is again its first. */
  readonly stableAfterMs: number
  /** Handlers that take longer to end are left behind; their messages come again. */
  readonly longestCloseMs: number
}

export const LIMITS: Limits = {
  firstRestartAfterMs: 1_000,
  longestRestartAfterMs: 30_000,
  stableAfterMs: 60_000,
  longestCloseMs: 5_000,
}

/**
 * Takes the instance's lock and its port, and announces its address; the service itself begins with `start()`.
 * @param port of its HTTP server; 0 for any
 * @param extra what else it serves besides its service: the gateway's documentation
 * @throws WorkbenchError `instance-running`, `port-in-use`
 */
export async function prepareInstance(
  entry: InstanceEntry,
  surroundings: Surroundings,
  port: number,
  extra?: Hono,
): Promise<RunningInstance> {
  const { name, service, run } = entry
  const { cluster, state, addresses, metrics, faults, startedAtMs, limits } = surroundings
  const log = surroundings.log.child({ service: name })
  const clientFaults: ClientFaults = createClientFaults(service, faults, startedAtMs)
  let current: Incarnation | undefined
  /** Of the incarnation before. */
  let ended = Promise.resolve()
  let restartTimer: NodeJS.Timeout | undefined
  let failuresInARow = 0
  let isStopping = false

  const isReady = () => current?.isUp === true && current.kafka.isReady()
  const operations = createOperations({ service: name, metrics, isReady })
  if (extra !== undefined) operations.route('/', extra)
  const unlock = state.lock(name)
  let server: HttpServer
  try {
    server = await startHttpServer({ service, port, operations, log, metrics })
  } catch (error) {
    unlock()
    throw error
  }
  addresses.announce({ name, service, pid: process.pid, url: server.url })

  function start(): void {
    const onFailure = (error: unknown) => fail(incarnation, error, 'failed, and nobody caught it')
    const context = new ServiceContext(name, onFailure)
    const clientContext = new ServiceContext(name, onFailure)
    const kafka = observeKafka({
      service,
      instance: name,
      kafka: cluster.kafka(name, log),
      context,
      clientContext,
      faults: clientFaults,
      log,
      metrics,
      onJoined: () => announce(incarnation),
      onGivenUp(error) {
        metrics.consumerGivenUp(service)
        fail(incarnation, error.cause ?? error, 'KafkaJS has given its consumer up for good')
      },
    })
    const incarnation: Incarnation = {
      context,
      clientContext,
      kafka,
      startedAtMs: Date.now(),
      db: undefined,
      isUp: false,
      isAnnounced: false,
    }
    current = incarnation
    context
      .run(() => begin(incarnation))
      .then(
        () => {
          incarnation.isUp = true
          announce(incarnation)
        },
        error => fail(incarnation, error, 'did not start'),
      )
  }

  function announce(incarnation: Incarnation): void {
    if (current !== incarnation || incarnation.isAnnounced || !isReady()) return
    incarnation.isAnnounced = true
    log.info({ url: server.url }, 'is up')
  }

  async function begin(incarnation: Incarnation): Promise<void> {
    const { context, kafka } = incarnation
    incarnation.db = state.openDatabase(entry.database)
    const host: Host = {
      name,
      kafka: kafka.kafka,
      db: incarnation.db,
      listen: (app: WebApp) => {
        if (current === incarnation) server.serve({ fetch: request => context.run(() => app.fetch(request)) })
      },
    }
    await run(host)
  }

  /** As a platform restarts a container that has failed: later each time it fails again. */
  function fail(failed: Incarnation, error: unknown, what: string): void {
    if (current !== failed || isStopping) return
    current = undefined
    // It may be the failed service's own code that got us here, and its timers end with it.
    outsideServices(() => {
      if (Date.now() - failed.startedAtMs > limits.stableAfterMs) failuresInARow = 0
      const backOffMs = limits.firstRestartAfterMs * 2 ** failuresInARow++
      const delayMs = Math.min(limits.longestRestartAfterMs, backOffMs)
      log.error({ err: error }, what)
      log.info({ ms: delayMs }, 'starts again')
      metrics.restarted(service)
      ended = end(failed, closeClients(failed)).then(() => {
        if (!isStopping) restartTimer = setTimeout(start, delayMs)
      })
    })
  }

  async function closeClients({ kafka }: Incarnation): Promise<void> {
    if (await settlesWithin(limits.longestCloseMs, kafka.close())) return
    log.warn({ ms: limits.longestCloseMs }, 'did not end in time and is left behind')
  }

  /** @param closed resolves when no message and no request is under way any more */
  async function end({ context, clientContext, db }: Incarnation, closed: Promise<unknown>): Promise<void> {
    server.serve(undefined)
    await closed
    context.end()
    clientContext.end()
    db?.close()
  }

  return {
    name,
    url: server.url,
    start,
    isReady,
    heal: () => clientFaults.heal(),
    async stopConsuming() {
      isStopping = true
      clearTimeout(restartTimer)
      if (current !== undefined) await closeClients(current)
    },
    async stop() {
      addresses.withdraw(name)
      const served = server.close()
      if (current !== undefined) ended = end(current, served)
      await Promise.all([ended, served])
      unlock()
    },
  }
}

async function settlesWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  const settled = work.then(
    () => true,
    () => true,
  )
  try {
    return await Promise.race([settled, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
