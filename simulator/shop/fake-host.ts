/**
 * A host for unit tests of single services: an in-memory database, and a Kafka client that notes what is sent and
 * lets the test hand in messages.
 */
import BetterSqlite3 from 'better-sqlite3'
import type {
  ConsumerRunConfig,
  IHeaders,
  KafkaMessage,
  Message,
  ProducerBatch,
  ProducerRecord,
} from 'kafkajs'
import type { Database, Host, KafkaClient, WebApp } from '#simulator/service.ts'

export interface SentMessage {
  topic: string
  message: Message
}

export interface FakeHost {
  readonly host: Host
  readonly db: Database
  readonly sent: SentMessage[]
  /** Set to make the next sends fail. */
  sendError: Error | undefined
  /** Called before a send is confirmed. */
  onSend: (() => void) | undefined
  /** Hands a message to the service's handler, as KafkaJS does; a string or an event as value. */
  deliver(
    topic: string,
    message: { key?: string; value: unknown; offset?: string; headers?: IHeaders },
  ): Promise<void>
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

export function createFakeHost(name: string, db: Database = new BetterSqlite3(':memory:')): FakeHost {
  let app: WebApp | undefined
  let eachMessage: ConsumerRunConfig['eachMessage']
  let nextOffset = 0

  const nothing = async () => {}
  const record = async (sent: SentMessage[]) => {
    fake.onSend?.()
    if (fake.sendError !== undefined) throw fake.sendError
    fake.sent.push(...sent)
    return []
  }
  const producer = {
    connect: nothing,
    disconnect: nothing,
    send: ({ topic, messages }: ProducerRecord) => record(messages.map(message => ({ topic, message }))),
    sendBatch: ({ topicMessages = [] }: ProducerBatch) =>
      record(topicMessages.flatMap(({ topic, messages }) => messages.map(message => ({ topic, message })))),
  }
  const consumer = {
    connect: nothing,
    subscribe: nothing,
    async run(config: ConsumerRunConfig) {
      eachMessage = config.eachMessage
    },
  }
  // Only the methods that the services under test call; a real client has dozens.
  const kafka = {
    producer: () => producer,
    consumer: () => consumer,
    admin: () => ({}),
  } as unknown as KafkaClient

  const fake: FakeHost = {
    host: {
      name,
      kafka,
      db,
      listen: served => {
        app = served
      },
    },
    db,
    sent: [],
    sendError: undefined,
    onSend: undefined,
    async deliver(topic, { key = 'order-1', value, offset = String(nextOffset++), headers = {} }) {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      const message: KafkaMessage = {
        key: Buffer.from(key),
        value: Buffer.from(text),
        headers,
        offset,
        timestamp: '0',
        attributes: 0,
      }
      await eachMessage?.({ topic, partition: 0, message, heartbeat: nothing, pause: () => () => {} })
    },
    async request(method, path, body, headers = {}) {
      if (app === undefined) throw new Error(`${name} does not listen`)
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      const type = { 'content-type': 'application/json' }
      const init = text === undefined ? { headers } : { headers: { ...type, ...headers }, body: text }
      return app.fetch(new Request(`http://${name}${path}`, { method, ...init }))
    },
  }
  return fake
}
