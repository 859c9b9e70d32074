/**
 * A broker for field runs, with the topics free: one of their own, or one that is there already.
 */
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { startBroker, stopBroker } from '../broker/broker.ts'
import { findFreePort } from '../broker/ports.ts'
import { isRunning } from '../broker/processes.ts'
import { instances } from '../broker/state.ts'
import { connectToBroker, type LiveCluster } from '../cluster.ts'
import { silentLog } from '../logs.ts'
import { deleteTopics, refuseUsedTopics } from './broker-room.ts'
import { findOwnBroker, type OwnBroker } from './own-broker.ts'

export interface Place {
  /** `host:port` */
  readonly address: string
  /** For people: `Apache Kafka 4.1.1 at 127.0.0.1:29600`, or the address alone where it is somebody else's. */
  readonly title: string
  readonly cluster: LiveCluster
  /** To take it down; undefined when it is somebody else's. */
  readonly own: OwnBroker | undefined
  /** Ends the broker, when it is its own; otherwise removes what was left there. */
  close(): Promise<void>
}

export interface PlaceOptions {
  /** Whose own broker it is, in the names of what is remembered of it: `parity`. */
  readonly name: string
  readonly topics: Scenario['topics']
  /** Of a broker that runs; without it one is started. */
  readonly address?: string
  /** May messages in the topics be deleted? */
  readonly isFresh: boolean
  readonly onProgress?: (text: string) => void
}

const FIRST_PORT = 29_610
/** Two that look for a free port at the same moment would find the same one, so each begins at a place of its own. */
const PLACES = 100

/** @throws WorkbenchError `topics-in-use`, `broker-unreachable`, or why none can be started */
export async function openPlace(options: PlaceOptions): Promise<Place> {
  return options.address === undefined ? startOwn(options) : useGiven(options.address, options)
}

async function useGiven(address: string, { topics, isFresh }: PlaceOptions): Promise<Place> {
  // The topics are made when a run begins: those that are there may be another scenario's.
  const cluster = await connectToBroker(address, [], silentLog)
  try {
    if (!isFresh) await refuseUsedTopics(cluster.admin, topics, address)
  } catch (error) {
    await cluster.close()
    throw error
  }
  const own = findOwnBroker(address)
  return {
    address,
    title: `the broker at ${address}`,
    cluster,
    own,
    async close() {
      // A run that was interrupted may have left it down.
      await own?.resume()
      await deleteTopics(cluster.admin, topics).catch(() => {})
      await cluster.close()
    },
  }
}

/** The instance carries the id of its process, so that one that was left behind can be told from one in use. */
async function startOwn({ name, onProgress }: PlaceOptions): Promise<Place> {
  await stopLeftovers(name)
  const instance = `${name}-${process.pid}`
  try {
    const port = await findFreePort(FIRST_PORT + (process.pid % PLACES) * 2)
    const broker = await startBroker({ instance, port, ...(onProgress !== undefined && { onProgress }) })
    const { address, kind, version } = broker
    const cluster = await connectToBroker(address, [], silentLog)
    return {
      address,
      title: `${kind === 'redpanda' ? 'Redpanda' : 'Apache Kafka'} ${version} at ${address}`,
      cluster,
      own: findOwnBroker(address),
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
async function stopLeftovers(name: string): Promise<void> {
  for (const instance of instances()) {
    if (!instance.startsWith(`${name}-`)) continue
    const owner = Number(instance.slice(name.length + 1))
    if (Number.isInteger(owner) && !isRunning(owner)) await stopBroker(instance)
  }
}
