import { PassThrough } from 'node:stream'
import kafkajs from 'kafkajs'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createLog, kafkaLog, type Log, type LogFormat, silentLog } from './logs.ts'

let out: PassThrough & { columns?: number }
beforeEach(() => {
  out = new PassThrough()
})

/** What is written by what `write` does. */
function written(format: LogFormat, write: (log: Log) => void): string {
  write(createLog(format, out))
  return String(out.read() ?? '')
}
const json = (write: (log: Log) => void): Record<string, unknown>[] =>
  written('json', write)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
/** Without the time at the beginning. */
const text = (write: (log: Log) => void) => written('text', write).replace(/^\d\d:\d\d:\d\d\.\d{3} /gm, '')

const handled = (log: Log) =>
  log.child({ service: 'inventory' }).info(
    {
      topic: 'order.events',
      partition: 2,
      offset: 14,
      ms: 3,
      trace_id: '0af7651916cd43dd8448eb211c80319c',
    },
    'handled OrderPlaced order-7',
  )

describe('as JSON', () => {
  test('a line is one object with its level by name, its time, and whose it is', () => {
    const lines = json(handled)
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        service: 'inventory',
        topic: 'order.events',
        partition: 2,
        offset: 14,
        ms: 3,
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        msg: 'handled OrderPlaced order-7',
      },
    ])
  })

  test('an error has its stack, and line breaks in it make no new lines', () => {
    const lines = json(log => log.error({ err: new Error('two\nlines') }, 'failed'))
    expect(lines).toMatchObject([{ level: 'error', err: { stack: expect.stringContaining('logs.test.ts') } }])
  })
})

describe('as text', () => {
  test('a line says when, who, what, where and how long', () => {
    expect(written('text', handled)).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {3}inventory {6}handled OrderPlaced order-7 +order\.events\/2@14 {2}3 ms {2}trace 0af76519\n$/,
    )
  })

  test('what was handled stands in one column, what belongs to it in another', () => {
    const lines = text(log => {
      handled(log)
      log.child({ service: 'gateway' }).info({ status: 201, ms: 44 }, 'PUT /products/p1')
      log.child({ service: 'notifications' }).info({ url: 'http://127.0.0.1:4000' }, 'is up')
    }).split('\n')
    expect(lines.slice(0, 3).map(line => line.search(/handled|PUT|is up/))).toEqual([17, 17, 17])
    expect(lines.slice(0, 3).map(line => line.search(/order\.events|201|http/))).toEqual([57, 57, 57])
  })

  test('what something was and why it went wrong is not parted', () => {
    expect(text(log => log.warn({ reason: 'no such product' }, 'failed at OrderPlaced order-7'))).toBe(
      '!                failed at OrderPlaced order-7: no such product\n',
    )
    expect(text(log => log.info({ ms: 5, spare: { a: 1 }, none: null }, 'x')).trimEnd()).toMatch(
      / 5 ms {2}spare={"a":1}$/,
    )
  })

  test('an error’s stack follows, indented', () => {
    const lines = text(log => log.error({ err: new TypeError('is not a function') }, 'failed')).split('\n')
    expect(lines[0]).toBe('✗                failed')
    expect(lines[1]).toBe('    TypeError: is not a function')
    expect(lines[2]).toMatch(/^ {8}at .*logs\.test\.ts/)
  })

  test('is cut at the width of the terminal, but for what went wrong', () => {
    out.columns = 60
    const write = (log: Log) => {
      handled(log)
      log.info(`a message that alone is longer than all the width that there is`)
      log.warn(
        { reason: 'something that is longer than the terminal is wide' },
        'failed at OrderPlaced order-7',
      )
    }
    const lines = written('text', write).split('\n')
    expect(lines[0]).toHaveLength(60)
    expect(lines[0]!.endsWith('…')).toBe(true)
    expect(lines[1]).toHaveLength(60)
    expect(lines[2]!.endsWith('than the terminal is wide')).toBe(true)
  })

  test('has no colours where nobody looks at a terminal', () => {
    expect(written('text', log => log.error({ err: new Error('x') }, 'failed'))).not.toContain('\u001b')
  })
})

test('the silent log writes nothing and makes nothing', () => {
  expect(silentLog.isLevelEnabled('fatal')).toBe(false)
})

describe('KafkaJS', () => {
  const { ERROR, WARN, INFO } = kafkajs.logLevel
  const entry = (level: number, namespace: string, message: string, fields: object = {}) => ({
    level,
    namespace,
    label: 'ERROR',
    log: { message, timestamp: '2026-01-01T00:00:00.000Z', logger: 'kafkajs', ...fields },
  })

  test('warns of what it tries again, without stacks', () => {
    const lines = json(log => {
      const write = kafkaLog(log.child({ service: 'search' }))(INFO)
      write(
        entry(ERROR, 'Connection', 'Connection error: connect ECONNREFUSED', {
          broker: 'b:1',
          stack: 'Error\n at x',
        }),
      )
      write(entry(WARN, 'Runner', 'The group is rebalancing, re-joining'))
    })
    expect(lines).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        service: 'search',
        broker: 'b:1',
        msg: 'kafkajs Connection: Connection error: connect ECONNREFUSED',
      },
      expect.objectContaining({ level: 'warn', msg: 'kafkajs Runner: The group is rebalancing, re-joining' }),
    ])
  })

  test('is not heard where it says what we say better, nor when all is well', () => {
    const lines = json(log => {
      const write = kafkaLog(log)(INFO)
      write(entry(ERROR, 'Runner', 'Error when calling eachMessage'))
      write(entry(ERROR, 'Connection', 'Response GroupCoordinator(key: 10, version: 2)'))
      write(
        entry(
          ERROR,
          'BrokerPool',
          'Failed to connect to seed broker, trying another broker from the list: x',
        ),
      )
      write(entry(INFO, 'Consumer', 'Starting'))
    })
    expect(lines).toEqual([])
  })

  test('says the same thing once in a while', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const lines = json(log => {
        const [one, other] = [kafkaLog(log)(INFO), kafkaLog(log)(INFO)]
        for (let second = 0; second < 25; second++) {
          for (const write of [one, other])
            write(entry(ERROR, 'Connection', 'Connection error: connect ECONNREFUSED'))
          vi.advanceTimersByTime(1_000)
        }
        one(entry(WARN, 'Connection', 'something else'))
      })
      expect(lines).toHaveLength(2 * 3 + 1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('says nothing of its partitioner at the first producer', async () => {
    const { connectToBroker } = await import('./cluster.ts')
    expect(connectToBroker).toBeTypeOf('function')
    const said: string[] = []
    new kafkajs.Kafka({
      brokers: ['127.0.0.1:1'],
      logCreator: () => entry => void said.push(entry.log.message),
    }).producer()
    expect(said).toEqual([])
  })
})
