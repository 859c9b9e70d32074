/**
 * The Kafka cluster that live mode runs on: a real broker, or the embedded one with its journal.
 */
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs'
import { createCluster } from '#simulator/kafka/cluster.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { KafkaClient } from '#simulator/service.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { kafkaLog, type Log } from './logs.ts'

export interface LiveCluster {
  readonly kind: 'embedded' | 'broker'
  /** For people: `the embedded broker`, or the address. */
  readonly title: string
  readonly clusterId: string
  /** Connected; for looking, and for what operators do. */
  readonly admin: Admin
  kafka(clientId: string, log: Log): KafkaClient
  close(): Promise<void>
}

type Topics = Scenario['topics']

/**
 * @param address `host:port`
 * @throws WorkbenchError `bad-address`, `broker-unreachable`, `other-partitions`
 */
export async function connectToBroker(address: string, topics: Topics, log: Log): Promise<LiveCluster> {
  if (!/^[\w.-]+:\d{1,5}$/.test(address)) {
    throw new WorkbenchError(
      'bad-address',
      `${address} is no address of a broker.`,
      'Give host and port: 127.0.0.1:9092.',
    )
  }
  const kafka = (clientId: string, log: Log) =>
    new kafkajs.Kafka({ clientId, brokers: [address], logCreator: kafkaLog(log) })
  const admin = kafka('out-of-order', log).admin({ retry: { retries: 3 } })
  try {
    await admin.connect()
  } catch (error) {
    throw new WorkbenchError(
      'broker-unreachable',
      `No Kafka broker answers at ${address}: ${error instanceof Error ? error.message : error}.`,
      'Start one with npm run broker, or leave --broker away: the embedded broker needs nothing.',
    )
  }
  await createTopics(admin, topics)
  const { clusterId } = await admin.describeCluster()
  return {
    kind: 'broker',
    title: address,
    clusterId,
    admin,
    kafka,
    close: () => admin.disconnect(),
  }
}

/**
 * @param journalFile keeps topics, messages and positions from one start to the next
 * @throws WorkbenchError `journal-in-use` when another process has it
 */
export async function openEmbeddedCluster(
  journalFile: string,
  topics: Topics,
  log: Log,
): Promise<LiveCluster> {
  const { openJournal } = await import('./journal/sqlite-journal.ts')
  const journal = openJournal(journalFile)
  const cluster = createCluster({ topics: [...topics], journal })
  const kafka = (clientId: string, log: Log) => new cluster.Kafka({ clientId, logCreator: kafkaLog(log) })
  const admin = kafka('out-of-order', log).admin()
  await admin.connect()
  const { clusterId } = await admin.describeCluster()
  return {
    kind: 'embedded',
    title: 'the embedded broker',
    clusterId,
    admin,
    kafka,
    async close() {
      await admin.disconnect()
      journal.close()
    },
  }
}

/** Makes those that are missing. A topic with another number of partitions would put keys elsewhere than the simulator says. */
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
  if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: true })
  const { topics: found } = await admin.fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) })
  for (const { topic, partitions } of topics) {
    const count = found.find(({ name }) => name === topic)?.partitions.length ?? 0
    if (count === partitions) continue
    throw new WorkbenchError(
      'other-partitions',
      `The topic ${topic} exists on this broker with ${count} partitions, and the shop needs ${partitions}.`,
      'Delete that topic, or use another broker: npm run broker starts an empty one.',
    )
  }
}
