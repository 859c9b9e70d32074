/**
 * A small world with a cluster in it, for this room's tests.
 */
import type { Consumer, ConsumerConfig, EachMessagePayload, Producer } from 'kafkajs'
import type { Fault, ProcessHandle, TraceRecord } from '#simulator/world/runtime.ts'
import { createWorld, type Deadline, type Settled, type World } from '#simulator/world/world.ts'
import { type Cluster, type ClusterOptions, createCluster } from './cluster.ts'
import type { KafkaRecord } from './records.ts'

export type Traced = TraceRecord & KafkaRecord

export interface Run {
  readonly world: World
  readonly cluster: Cluster
  readonly trace: Traced[]
  /** Starts a consumer that begins at the beginning; called again after a crash. */
  consume(options: ConsumeOptions): void
  /** Starts a process that sends once and is done. */
  send(process: string, body: (producer: Producer) => Promise<void>, config?: object): void
  settle(deadline?: Deadline): Promise<Settled>
  of<K extends KafkaRecord['kind']>(kind: K): (TraceRecord & Extract<KafkaRecord, { kind: K }>)[]
}

export interface ConsumeOptions {
  readonly process: string
  readonly topic: string
  /** Default: the process. */
  readonly group?: string
  readonly service?: string
  readonly config?: Partial<ConsumerConfig>
  readonly run?: object
  readonly handler?: (payload: EachMessagePayload, process: ProcessHandle) => Promise<void> | void
  readonly onConsumer?: (consumer: Consumer) => void
}

export interface SimulateOptions extends Omit<ClusterOptions, 'runtime'> {
  readonly seed?: number
  readonly faults?: readonly Fault[]
}

/** Runs `body` in a world with a cluster; the records are in `trace` afterwards. */
export async function simulate(
  options: SimulateOptions,
  body: (run: Run) => Promise<void>,
): Promise<Traced[]> {
  const { seed = 1, faults = [], ...clusterOptions } = options
  const trace: Traced[] = []
  const world = createWorld({ seed, faults, onRecord: record => trace.push(record as Traced) })
  await world.enter(async () => {
    const cluster = createCluster({ runtime: world.runtime, ...clusterOptions })
    await body(createRun(world, cluster, trace))
  })
  return trace
}

function createRun(world: World, cluster: Cluster, trace: Traced[]): Run {
  return {
    world,
    cluster,
    trace,
    consume({ process: name, topic, group = name, service = name, config, run, handler, onConsumer }) {
      const start = async (process: ProcessHandle) => {
        const kafka = new cluster.Kafka({ clientId: name })
        const consumer = kafka.consumer({ groupId: group, ...config })
        onConsumer?.(consumer)
        await consumer.connect()
        await consumer.subscribe({ topics: [topic], fromBeginning: true })
        await consumer.run({ eachMessage: async payload => handler?.(payload, process), ...run })
      }
      world.spawn({ name, service, start })
    },
    send(name, body, config = {}) {
      let done = false
      const start = async () => {
        if (done) return
        const producer = new cluster.Kafka({ clientId: name }).producer(config)
        await producer.connect()
        await body(producer)
        done = true
      }
      world.spawn({ name, start })
    },
    settle: deadline => world.settle(deadline),
    of: kind => trace.filter(record => record.kind === kind) as never,
  }
}

/** The messages a test sends: events of orders. */
export function placed(...orders: string[]): { key: string; value: string }[] {
  return orders.map(order => ({
    key: order,
    value: JSON.stringify({ id: `${order}-placed`, type: 'OrderPlaced' }),
  }))
}
