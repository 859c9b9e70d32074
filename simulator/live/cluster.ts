/**
 * The Kafka cluster that live mode runs on: a real broker, or the embedded one with its journal.
 */
import './kafkajs-settings.ts'
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs'
import { createCluster } from '#simulator/kafka/cluster.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { KafkaClient } from '#simulator/service.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { openJournal } from './journal/sqlite-journal.ts'
import { kafkaLog, type Log, silentLog } from './logs.ts'
import { makeTopics } from './make-topics.ts'

export interface LiveCluster {
  readonly kind: 'embedded' | 'broker'
  /** For people: `the embedded broker`, or the address. */
  readonly title: string
  readonly clusterId: string
  /** Connected; for looking, and for what operators do. Whoever asks hears of errors, so they are no warnings in the log. */
  readonly admin: Admin
  kafka(clientId: string, log: Log): KafkaClient
  /** Says that the program is about to end, so that nobody has to wait for a long poll of the embedded broker. */
  prepareToClose(): void
  close(): Promise<void>
}

type Topics = Scenario['topics']

/** Whether anybody is there is asked twice, and known after 8.3 s at the latest. */
const PROBE = {
  connectionTimeout: 2_000,
  requestTimeout: 4_000,
  retry: { retries: 1, initialRetryTime: 300, maxRetryTime: 300 },
}

/**
 * @param address `host:port`
 * @throws WorkbenchError `bad-address`, `broker-unreachable`, `other-partitions`
 */
export async function connectToBroker(address: string, topics: Topics, log: Log): Promise<LiveCluster> {
  requireAddress(address)
  const clusterId = await probe(address)
  const kafka = (clientId: string, log: Log) =>
    new kafkajs.Kafka({ clientId, brokers: [address], logCreator: kafkaLog(log) })
  const admin = kafka('out-of-order', quieter(log)).admin()
  try {
    await admin.connect()
    await createTopics(admin, topics)
  } catch (error) {
    await admin.disconnect()
    throw error instanceof WorkbenchError ? error : unreachable(address, error)
  }
  return {
    kind: 'broker',
    title: address,
    clusterId,
    admin,
    kafka,
    prepareToClose() {},
    close: () => admin.disconnect(),
  }
}

/**
 * @param journalFile keeps topics, messages and positions from one start to the next
 * @throws WorkbenchError `journal-in-use` when another process has it, and others for what is no journal; `other-partitions`
 */
export async function openEmbeddedCluster(
  journalFile: string,
  topics: Topics,
  log: Log,
): Promise<LiveCluster> {
  const journal = openJournal(journalFile)
  try {
    const cluster = createCluster({ topics, journal })
    requirePartitions(
      topics,
      cluster.topics(),
      'Begin anew with --fresh, or use another folder with --state.',
    )
    const kafka = (clientId: string, log: Log) => new cluster.Kafka({ clientId, logCreator: kafkaLog(log) })
    const admin = kafka('out-of-order', quieter(log)).admin()
    await admin.connect()
    return {
      kind: 'embedded',
      title: 'the embedded broker',
      clusterId: journal.clusterId,
      admin,
      kafka,
      prepareToClose: () => cluster.shortenLongPolls(),
      async close() {
        await admin.disconnect()
        journal.close()
      },
    }
  } catch (error) {
    journal.close()
    throw error
  }
}

/** Errors only, and KafkaJS's are none: what it calls so are warnings to us. */
const quieter = (log: Log): Log => log.child({}, { level: log.isLevelEnabled('error') ? 'error' : 'silent' })

function requireAddress(address: string): void {
  const port = Number(/^[\w.-]+:(\d{1,5})$/.exec(address)?.[1])
  if (port >= 1 && port <= 65_535) return
  throw new WorkbenchError(
    'bad-address',
    `${address} is no address of a broker.`,
    'Give host and port: 127.0.0.1:9092.',
  )
}

/** @returns the cluster's id. @throws WorkbenchError `broker-unreachable` */
async function probe(address: string): Promise<string> {
  const admin = new kafkajs.Kafka({
    clientId: 'out-of-order',
    brokers: [address],
    logCreator: kafkaLog(silentLog),
    ...PROBE,
  }).admin()
  try {
    await admin.connect()
    return (await admin.describeCluster()).clusterId
  } catch (error) {
    throw unreachable(address, error)
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

/** A broker sends its clients on to the address that it advertises; that one may be what cannot be reached. */
function unreachable(address: string, error: unknown): WorkbenchError {
  const { message, broker } = rootOf(error)
  if (broker !== undefined && broker !== address) {
    return new WorkbenchError(
      'broker-unreachable',
      `The broker at ${address} sends its clients to ${broker}, and nobody answers there: ${message}.`,
      'Set its advertised listener to an address that can be reached from here.',
    )
  }
  return new WorkbenchError(
    'broker-unreachable',
    `No Kafka broker answers at ${address}: ${message}.`,
    'Start one with npm run broker, or leave --broker away: the embedded broker needs nothing.',
  )
}

/** What KafkaJS gave up for; a connection's error says to which broker. */
function rootOf(error: unknown): { message: string; broker?: string } {
  if (!(error instanceof Error)) return { message: String(error) }
  if (error.cause instanceof Error) return rootOf(error.cause)
  const { message, broker } = error as Error & { broker?: string }
  return { message: message.replace(/^Connection error: /, ''), ...(broker !== undefined && { broker }) }
}

/** Makes those that are missing; two processes may do so at the same time. */
async function createTopics(admin: Admin, topics: Topics): Promise<void> {
  const wanted: ITopicConfig[] = topics.map(({ topic, partitions, retentionMs }) => ({
    topic,
    numPartitions: partitions,
    ...(retentionMs !== undefined && {
      configEntries: [{ name: 'retention.ms', value: String(retentionMs) }],
    }),
  }))
  const existing = new Set(await admin.listTopics())
  const missing = wanted.filter(({ topic }) => !existing.has(topic))
  if (missing.length > 0) await makeTopics(admin, missing)
  const metadata = await admin.fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) })
  const found = metadata.topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.length,
  }))
  requirePartitions(
    topics,
    found,
    'Delete that topic, or use another broker: npm run broker starts an empty one.',
  )
}

/** With another number of partitions, keys would be elsewhere than the simulator says. */
function requirePartitions(
  topics: Topics,
  found: readonly { topic: string; partitions: number }[],
  next: string,
): void {
  for (const { topic, partitions } of topics) {
    const count = found.find(it => it.topic === topic)?.partitions ?? 0
    if (count === partitions) continue
    throw new WorkbenchError(
      'other-partitions',
      `The topic ${topic} exists with ${count} partition${count === 1 ? '' : 's'}, and the shop needs ${partitions}.`,
      next,
    )
  }
}
