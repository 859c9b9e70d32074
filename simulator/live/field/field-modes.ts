/**
 * The failure modes that a real broker can be shown with, all from the client's side: processes die, handlers are slow,
 * fail or get rubbish, positions go back; and the broker itself is taken away where it is ours.
 */
import type { TopicPartitionOffset } from 'kafkajs'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { LiveCluster } from '../cluster.ts'
import { silentLog } from '../logs.ts'
import type { Crew } from './crew.ts'
import type { Trouble } from './field-run.ts'
import type { OwnBroker } from './own-broker.ts'

export interface FieldMode {
  /** As a person would say it. */
  readonly title: string
  /** What is done, so that nobody takes it for something else. */
  readonly how: string
  /** Short forms of faults that processes play at their own end, by instance. */
  readonly faults?: Readonly<Record<string, readonly string[]>>
  readonly trouble?: Trouble
  /** Why it cannot be shown here; it is listed all the same. */
  readonly impossible?: string
}

/** What the modes strike: names of services, and messages as `key/Type`. */
export interface Aims {
  readonly down: string
  readonly slow: string
  readonly failing: { readonly service: string; readonly message: string }
  readonly poisoned?: { readonly service: string; readonly message: string }
  readonly crashing: { readonly service: string; readonly message: string }
  readonly rewound: readonly string[]
  /** Milliseconds after the beginning at which the system is in the middle of its work. */
  readonly midwayMs: number
  /** And at which it is done with most of it. */
  readonly lateMs: number
}

const DOWN_MS = 10_000
const BROKER_DOWN_MS = 8_000
const RESTART_AFTER_MS = 1_000
const STRUCK_WITHIN_MS = 60_000
const NOT_OURS = 'the broker was not started with npm run broker: it is not ours to stop'

export function fieldModes(aims: Aims, broker: OwnBroker | undefined): FieldMode[] {
  const { down, slow, failing, poisoned, crashing, rewound, midwayMs, lateMs } = aims
  return [
    { title: 'nothing fails', how: 'the happy path' },
    {
      title: 'consumer down',
      how: `the process of ${down} is killed (SIGKILL), and started again after ${DOWN_MS / 1000} s`,
      async trouble({ crew, sleep }) {
        await sleep(midwayMs)
        await crew.kill(down)
        await sleep(DOWN_MS)
        await crew.start([down])
      },
    },
    {
      title: 'consumer slow',
      how: `every message waits a second before ${slow} handles it, for 10 s`,
      faults: { [slow]: [`slow:${slow}@0s+10s?by=1s`] },
    },
    {
      title: 'consumer errors repeatedly',
      how: `the handler of ${failing.service} throws four times at ${failing.message}`,
      faults: { [failing.service]: [`error:${failing.service}/deliver ${failing.message}?times=4`] },
    },
    ...(poisoned === undefined
      ? []
      : [
          {
            title: 'poison message',
            how: `${poisoned.service} gets only half of ${poisoned.message}, at every delivery, until it is mended`,
            faults: { [poisoned.service]: [`poison:${poisoned.service}/deliver ${poisoned.message}`] },
          },
        ]),
    {
      title: 'all messages a second time',
      how: `${rewound.join(', ')}: stopped, the group's offsets set back to the beginning, started again`,
      async trouble({ crew, cluster, sleep }) {
        await sleep(lateMs)
        await Promise.all(rewound.map(service => rewind(service, crew, cluster)))
      },
    },
    {
      title: 'restart without commit',
      how: `${crashing.service} is killed when it has handled ${crashing.message} and committed nothing`,
      faults: { [crashing.service]: [`crash:${crashing.service}/handled ${crashing.message}`] },
      async trouble({ crew, sleep }) {
        const isStruck = await Promise.race([
          crew.ended(crashing.service).then(() => true),
          sleep(STRUCK_WITHIN_MS).then(() => false),
        ])
        if (!isStruck) throw neverHandled(crashing.service, crashing.message)
        await sleep(RESTART_AFTER_MS)
        await crew.start([crashing.service])
      },
    },
    {
      title: 'broker down',
      how: `the broker is killed (SIGKILL), and started again after ${BROKER_DOWN_MS / 1000} s`,
      ...(broker === undefined
        ? { impossible: NOT_OURS }
        : {
            async trouble({ sleep }) {
              await sleep(midwayMs)
              await broker.kill()
              await sleep(BROKER_DOWN_MS)
              await broker.resume()
            },
          }),
    },
  ]
}

/** The services that live in processes of their own, because something is done to them. */
export function victimsOf({ down, slow, failing, poisoned, crashing, rewound }: Aims): string[] {
  const all = [down, slow, failing.service, crashing.service, ...rewound]
  return [...new Set(poisoned === undefined ? all : [...all, poisoned.service])].sort()
}

/** Sets every position of the service's group back to the first message there is, as a member of the group that commits. */
async function rewind(service: string, crew: Crew, { kafka, admin }: LiveCluster): Promise<void> {
  await crew.stop(service)
  const positions = await admin.fetchOffsets({ groupId: service })
  const offsets: TopicPartitionOffset[] = []
  for (const { topic } of positions) {
    for (const { partition, low } of await admin.fetchTopicOffsets(topic))
      offsets.push({ topic, partition, offset: low })
  }
  // admin.setOffsets does the same, but joins the group once for every topic.
  const consumer = kafka('operator', silentLog).consumer({ groupId: service, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: positions.map(({ topic }) => topic) })
  const joined = new Promise(resolve => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({ autoCommit: false, eachBatch: async () => {} })
  await joined
  await consumer.commitOffsets(offsets)
  await consumer.disconnect()
  await crew.start([service])
}

function neverHandled(service: string, message: string): WorkbenchError {
  return new WorkbenchError(
    'never-handled',
    `${service} has not handled ${message} within ${STRUCK_WITHIN_MS / 1000} s, so it could not be killed after it.`,
    'Look at what it does instead: npm run sim, or its log.',
  )
}
