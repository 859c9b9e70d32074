/**
 * The broker of a chaos run: one of its own, or one that is there already.
 */
import { TOPICS } from '#simulator/shop/topics.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { startBroker, stopBroker } from '../broker/broker.ts'
import { findFreePort } from '../broker/ports.ts'
import { isRunning } from '../broker/processes.ts'
import { instances } from '../broker/state.ts'
import { connectToBroker, type LiveCluster } from '../cluster.ts'
import { deleteTopics, refuseUsedTopics } from '../field/broker-room.ts'
import { findOwnBroker, type OwnBroker } from '../field/own-broker.ts'
import { silentLog } from '../logs.ts'

export interface ChaosBroker {
  /** `host:port` */
  readonly address: string
  /** For people. */
  readonly title: string
  readonly cluster: LiveCluster
  /** Absent when it is somebody else's. */
  readonly broker?: OwnBroker
  /** Ends it, when it is its own; otherwise removes what the run has left there. */
  close(): Promise<void>
}

export interface ChaosBrokerOptions {
  /** Of one that runs; without it one is started. */
  readonly address?: string
  /** May messages in the shop's topics be deleted? */
  readonly isFresh: boolean
  readonly isToBeKilled: boolean
  /** What one that is started is remembered by; two of one name would be the same. */
  readonly instance?: string
  readonly onProgress?: (text: string) => void
}

const FIRST_PORT = 29_500
/** With the id of its process, so that one that was left behind can be told from one in use. */
const INSTANCE = /^chaos-(\d+)$/

/** @throws WorkbenchError `not-our-broker`, `topics-in-use`, `broker-unreachable`, or why none can be started */
export async function openChaosBroker(options: ChaosBrokerOptions): Promise<ChaosBroker> {
  const { address, isFresh, isToBeKilled } = options
  if (address === undefined) return startOwn(options.instance ?? `chaos-${process.pid}`, options.onProgress)
  const broker = findOwnBroker(address)
  if (broker === undefined && isToBeKilled) {
    throw new WorkbenchError(
      'not-our-broker',
      `The broker at ${address} was not started with npm run broker, so it is not killed.`,
      'Leave it alone with --broker-kills 0, or leave --broker away: then one is started for this run.',
    )
  }
  const cluster = await connectToBroker(address, TOPICS, silentLog)
  try {
    if (!isFresh) await refuseUsedTopics(cluster.admin, TOPICS, address)
  } catch (error) {
    await cluster.close()
    throw error
  }
  return {
    address,
    title: address,
    cluster,
    ...(broker !== undefined && { broker }),
    async close() {
      await broker?.resume()
      await deleteTopics(cluster.admin, TOPICS).catch(() => {})
      await cluster.close()
    },
  }
}

async function startOwn(
  instance: string,
  onProgress: ChaosBrokerOptions['onProgress'],
): Promise<ChaosBroker> {
  await stopLeftovers()
  try {
    const port = await findFreePort(FIRST_PORT)
    const { address, kind } = await startBroker({
      instance,
      port,
      ...(onProgress !== undefined && { onProgress }),
    })
    const cluster = await connectToBroker(address, TOPICS, silentLog)
    const name = kind === 'redpanda' ? 'Redpanda' : 'Apache Kafka'
    return {
      address,
      title: `${name} of its own at ${address}`,
      cluster,
      broker: findOwnBroker(address)!,
      async close() {
        await cluster.close().catch(() => {})
        await stopBroker(instance)
      },
    }
  } catch (error) {
    await stopBroker(instance)
    throw error
  }
}

/** Ends brokers of runs that were killed themselves and could not do it. */
async function stopLeftovers(): Promise<void> {
  for (const instance of instances()) {
    const [, owner] = INSTANCE.exec(instance) ?? []
    if (owner !== undefined && !isRunning(Number(owner))) await stopBroker(instance)
  }
}
