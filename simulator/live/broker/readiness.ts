/**
 * Whether a broker can be used, asked as a service would ask: by a KafkaJS client.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'

/** How long a start may take; it takes a few seconds, on a busy machine many. */
export const READY_WITHIN_MS = 60_000
const POLL_MS = 100
/** Nobody's consumer group and nobody's transaction: the names only choose which coordinator is asked. */
const PROBE = 'out-of-order-readiness'

/** Does a broker answer at this address? */
export async function answers(address: string): Promise<boolean> {
  const admin = client(address).admin()
  try {
    await admin.connect()
    await admin.describeCluster()
    return true
  } catch {
    return false
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

/**
 * Waits until a consumer group can form and a transaction can begin. Until its internal topics are made and loaded, a broker
 * answers both with errors, though it takes messages already.
 * @param isDead asked between attempts; when true there is nothing to wait for
 * @param clusterId of the broker that is meant: another one may have taken its port, and answer in its place
 * @returns whether it is ready
 */
export async function waitUntilReady(
  address: string,
  timeoutMs: number,
  isDead: () => boolean,
  clusterId?: string,
): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; ) {
    if (isDead()) return false
    if (await coordinates(address, clusterId)) return true
    await sleep(POLL_MS)
  }
  return false
}

async function coordinates(address: string, clusterId?: string): Promise<boolean> {
  const kafka = client(address)
  const admin = kafka.admin()
  // A new name each time: for a known one no new producer id is needed, and a resumed broker has none to give out at first.
  const transactionalId = `${PROBE}-${randomUUID()}`
  const producer = kafka.producer({ transactionalId, maxInFlightRequests: 1 })
  try {
    await admin.connect()
    if (clusterId !== undefined && (await admin.describeCluster()).clusterId !== clusterId) return false
    await admin.describeGroups([PROBE])
    await producer.connect()
    await (await producer.transaction()).abort()
    return true
  } catch {
    return false
  } finally {
    await Promise.allSettled([admin.disconnect(), producer.disconnect()])
  }
}

function client(address: string): Kafka {
  return new Kafka({
    clientId: PROBE,
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    // A transactional producer insists on at least one.
    retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 100 },
  })
}
