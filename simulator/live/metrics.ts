/**
 * What a process of live mode tells Prometheus: requests, messages, and how far every consumer group is behind.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { GroupLag } from './group-lag.ts'

export interface Metrics {
  request(service: string, method: string, status: number, tookMs: number): void
  message(service: string, topic: string, outcome: 'handled' | 'failed', tookMs: number): void
  /** Which partitions an instance reads now; replaces what was said before. */
  assigned(instance: string, partitions: readonly { topic: string; partition: number }[]): void
  consumerGivenUp(service: string): void
  restarted(service: string): void
  readonly contentType: string
  text(): Promise<string>
}

/** Prometheus gives a scrape 10 s, and without a broker the other figures are wanted all the more. */
const LONGEST_READ_MS = 3_000
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30]

/** @param readLag asked at every scrape; rejects when the broker does not answer */
export function createMetrics(readLag: () => Promise<readonly GroupLag[]>): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'HTTP requests answered, by service, method and status.',
    labelNames: ['service', 'method', 'status'],
    buckets: SECONDS,
    registers,
  })
  const messages = new Histogram({
    name: 'kafka_consumer_message_duration_seconds',
    help: 'Messages handled, by service, topic and outcome.',
    labelNames: ['service', 'topic', 'outcome'],
    buckets: SECONDS,
    registers,
  })
  const assigned = new Gauge({
    name: 'kafka_consumer_assigned_partition',
    help: '1 for every partition that an instance of this process reads.',
    labelNames: ['instance', 'topic', 'partition'],
    registers,
  })
  const givenUp = new Counter({
    name: 'kafka_consumer_given_up_total',
    help: 'Times KafkaJS gave a consumer up for good, and its service was started anew.',
    labelNames: ['service'],
    registers,
  })
  const restarts = new Counter({
    name: 'service_restarts_total',
    help: 'Times a service of this process was started anew because it had failed.',
    labelNames: ['service'],
    registers,
  })
  const up = new Gauge({ name: 'kafka_up', help: '1 when the broker answered this scrape.', registers })
  const lag = new Gauge({
    name: 'kafka_consumergroup_lag',
    help: 'Messages that a consumer group has not committed yet, by partition.',
    labelNames: ['consumergroup', 'topic', 'partition'],
    registers,
  })
  const members = new Gauge({
    name: 'kafka_consumergroup_members',
    help: 'Members of a consumer group; one that was killed counts until its session expires.',
    labelNames: ['consumergroup'],
    registers,
  })

  const reads = new Map<string, { instance: string; topic: string; partition: number }[]>()

  let reading: Promise<readonly GroupLag[]> | undefined

  /** A question that the broker has not answered yet is not asked again. */
  function readOnce(): Promise<readonly GroupLag[]> {
    reading ??= readLag().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function collectLag(): Promise<void> {
    const groups = await within(LONGEST_READ_MS, readOnce()).catch(() => undefined)
    // From here on without a pause, so that no other scrape finds half of it.
    lag.reset()
    members.reset()
    up.set(groups === undefined ? 0 : 1)
    for (const group of groups ?? []) {
      members.set({ consumergroup: group.group }, group.members)
      for (const { topic, partition, messages: behind } of group.partitions)
        lag.set({ consumergroup: group.group, topic, partition }, behind)
    }
  }

  return {
    request: (service, method, status, tookMs) =>
      requests.observe({ service, method, status }, tookMs / 1000),
    message: (service, topic, outcome, tookMs) =>
      messages.observe({ service, topic, outcome }, tookMs / 1000),
    assigned(instance, partitions) {
      for (const labels of reads.get(instance) ?? []) assigned.remove(labels)
      const labelled = partitions.map(({ topic, partition }) => ({ instance, topic, partition }))
      reads.set(instance, labelled)
      for (const labels of labelled) assigned.set(labels, 1)
    },
    consumerGivenUp: service => givenUp.inc({ service }),
    restarted: service => restarts.inc({ service }),
    contentType: registry.contentType,
    async text() {
      await collectLag()
      return registry.metrics()
    },
  }
}

/** @throws Error when it takes longer; what was asked goes on */
async function within<T>(limitMs: number, asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([asked, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
