import { describe, expect, test } from 'vitest'
import type { Fault, TraceRecord } from '#simulator/world/runtime.ts'
import { createWallClock } from '#simulator/world/wall-clock.ts'
import { createWorld } from '#simulator/world/world.ts'
import { describeEventStore } from './contract.ts'
import type { NewEvent, RemoteEventStore } from './event-store.ts'
import { STREAM_DOES_NOT_EXIST } from './event-store.ts'
import { EventLog } from './log.ts'
import { createMemoryEventStore, type MemoryEventStoreOptions } from './memory.ts'

describeEventStore('the log in memory', () => {
  const store = new EventLog()
  return { store, rival: store }
})

describeEventStore('the store in memory', () => {
  const store = createMemoryEventStore()
  return { store, rival: store }
})

describeEventStore('the simulated store on the wall clock', () => {
  const store = createMemoryEventStore({ runtime: createWallClock() })
  return { store, rival: store }
})

type Say = (what: string) => void

const placed: NewEvent = { type: 'OrderPlaced', data: { amountCents: 1200 } }
const paid: NewEvent = { type: 'OrderPaid', data: {} }

interface Simulation {
  faults?: Fault[]
  options?: MemoryEventStoreOptions
  /** Programs by the name of their process. */
  programs: Record<string, (store: RemoteEventStore, say: Say) => Promise<void>>
}

/** Runs the programs to their end and returns what they said, with the virtual milliseconds at which they did. */
async function simulate({ faults = [], options, programs }: Simulation) {
  const records: TraceRecord[] = []
  const said: string[] = []
  const world = createWorld({ seed: 1, faults, onRecord: record => records.push(record) })
  const store = createMemoryEventStore({ latencyMs: [1, 1], ...options, runtime: world.runtime })
  await world.enter(async () => {
    for (const [name, program] of Object.entries(programs))
      world.spawn({
        name,
        start: () => program(store, what => said.push(`${Math.round(world.elapsedMs)} ${name}: ${what}`)),
      })
    await world.settle()
  })
  const events = await new Promise<string[]>(resolve => {
    void world.enter(async () => {
      const reading = store.readAll()
      await world.settle()
      resolve((await reading).map(event => `${event.globalPosition} ${event.stream}@${event.streamVersion}`))
    })
  })
  return { said, events, records: records.filter(record => record.kind.startsWith('store.')) }
}

const attempt = async (say: Say, action: () => Promise<unknown>) => {
  try {
    await action()
    say('done')
  } catch (error) {
    say(error instanceof Error ? error.name : 'no error')
  }
}

describe('the simulated store', () => {
  test('records what was appended and what was refused, as its writer’s doing', async () => {
    const { records } = await simulate({
      programs: {
        orders: async (store, say) => {
          await store.appendToStream('order-1', [placed])
          await store.appendToStream('order-2', [placed, paid])
          await attempt(say, () =>
            store.appendToStream('order-1', [paid], { expectedStreamVersion: STREAM_DOES_NOT_EXIST }),
          )
        },
      },
    })
    const common = { process: 'orders', store: 'event-store', seq: expect.any(Number), t: expect.any(Number) }
    expect(records).toEqual([
      {
        ...common,
        cause: expect.any(Number),
        kind: 'store.append',
        stream: 'order-1',
        from: 1,
        to: 1,
        firstPosition: 1,
        lastPosition: 1,
        types: ['OrderPlaced'],
        label: 'order-1/OrderPlaced',
        visible: true,
      },
      {
        ...common,
        cause: expect.any(Number),
        kind: 'store.append',
        stream: 'order-2',
        from: 1,
        to: 2,
        firstPosition: 2,
        lastPosition: 3,
        types: ['OrderPlaced', 'OrderPaid'],
        label: 'order-2/OrderPlaced+1',
        visible: true,
      },
      {
        ...common,
        cause: expect.any(Number),
        kind: 'store.conflict',
        stream: 'order-1',
        expected: STREAM_DOES_NOT_EXIST,
        actual: 1,
        label: 'order-1/OrderPaid',
      },
    ])
  })

  test('conflict: the same command is handled elsewhere first, and really is', async () => {
    const { said, events, records } = await simulate({
      faults: [{ kind: 'conflict', at: 'orders/append order-1#1' }],
      programs: {
        orders: (store, say) =>
          attempt(say, () => store.appendToStream('order-1', [placed], { expectedStreamVersion: 0 })),
      },
    })
    expect(said).toEqual([expect.stringContaining('orders: ExpectedVersionConflictError')])
    expect(events).toEqual(['1 order-1@1'])
    expect(records.map(record => `${record.process} ${record.kind}`)).toEqual([
      'rival store.append',
      'orders store.conflict',
    ])
  })

  test('conflict: who expects nothing writes the same events a second time', async () => {
    const { events } = await simulate({
      faults: [{ kind: 'conflict', at: 'orders/append order-1#1' }],
      programs: { orders: (store, say) => attempt(say, () => store.appendToStream('order-1', [placed])) },
    })
    expect(events).toEqual(['1 order-1@1', '2 order-1@2'])
  })

  test('conflict: the rival can be told what to write', async () => {
    const { said, events } = await simulate({
      faults: [{ kind: 'conflict', at: 'orders/append order-1#1' }],
      options: { rival: () => [paid, paid] },
      programs: {
        orders: async (store, say) => {
          await attempt(say, () => store.appendToStream('order-1', [placed]))
          say((await store.readStream('order-1')).events.map(event => event.type).join())
        },
      },
    })
    expect(said[1]).toContain('OrderPaid,OrderPaid,OrderPlaced')
    expect(events).toHaveLength(3)
  })

  test('ack-lost: the events are there, and the writer hears of a timeout after 5 s', async () => {
    const { said, events } = await simulate({
      faults: [{ kind: 'ack-lost', at: 'orders/append order-1#1' }],
      programs: { orders: (store, say) => attempt(say, () => store.appendToStream('order-1', [placed])) },
    })
    expect(said).toEqual([expect.stringMatching(/^500\d orders: EventStoreTimeoutError$/)])
    expect(events).toEqual(['1 order-1@1'])
  })

  test('late-commit: later positions can be read before the earlier one', async () => {
    const positions = async (store: RemoteEventStore) =>
      (await store.readAll()).map(event => event.globalPosition).join() || 'none'
    const { said, events, records } = await simulate({
      faults: [{ kind: 'late-commit', at: 'orders/append order-1#1', by: 100 }],
      programs: {
        orders: (store, say) => attempt(say, () => store.appendToStream('order-1', [placed])),
        catalog: async (store, say) => {
          await new Promise(resolve => setTimeout(resolve, 20))
          await store.appendToStream('product-1', [placed])
          say(`all ${await positions(store)}`)
          say(`order-1 ${(await store.readStream('order-1')).currentStreamVersion}`)
          say(`order-1 exists: ${await store.streamExists('order-1')}`)
          await new Promise(resolve => setTimeout(resolve, 200))
          say(`all ${await positions(store)}`)
        },
      },
    })
    expect(said.map(line => line.replace(/^\d+ /, ''))).toEqual([
      'catalog: all 2',
      'catalog: order-1 0',
      'catalog: order-1 exists: false',
      'orders: done',
      'catalog: all 1,2',
    ])
    expect(Number.parseInt(said[3]!, 10)).toBeGreaterThanOrEqual(100)
    expect(events).toEqual(['1 order-1@1', '2 product-1@1'])
    expect(
      records.map(record => [record.process, record.kind, 'visible' in record && record.visible]),
    ).toEqual([
      ['orders', 'store.append', false],
      ['catalog', 'store.append', true],
      ['event-store', 'store.visible', false],
    ])
  })

  test('late-commit: other writers to the stream wait, in their order, and are then judged', async () => {
    const later =
      (ms: number, expectedStreamVersion: number) => async (store: RemoteEventStore, say: Say) => {
        await new Promise(resolve => setTimeout(resolve, ms))
        await attempt(say, () => store.appendToStream('order-1', [paid], { expectedStreamVersion }))
      }
    const { said, events } = await simulate({
      faults: [{ kind: 'late-commit', at: 'orders/append order-1#1', by: 100 }],
      programs: { orders: later(0, 0), second: later(20, 0), third: later(30, 1), fourth: later(40, 1) },
    })
    expect(said.map(line => line.replace(/^\d+ /, '')).sort()).toEqual([
      'fourth: ExpectedVersionConflictError',
      'orders: done',
      'second: ExpectedVersionConflictError',
      'third: done',
    ])
    for (const line of said) expect(Number.parseInt(line, 10)).toBeGreaterThanOrEqual(100)
    expect(events).toEqual(['1 order-1@1', '2 order-1@2'])
  })

  test('late-commit: a writer that crashes meanwhile has committed all the same', async () => {
    const { events } = await simulate({
      faults: [
        { kind: 'late-commit', at: 'orders/append order-1#1', by: 100 },
        { kind: 'crash', service: 'orders', from: 50 },
      ],
      programs: { orders: async store => void (await store.appendToStream('order-1', [placed])) },
    })
    expect(events).toEqual(['1 order-1@1', '2 order-1@2'])
  })

  test('late-commit: a waiting writer that crashes never writes', async () => {
    const { events } = await simulate({
      faults: [
        { kind: 'late-commit', at: 'orders/append order-1#1', by: 100 },
        { kind: 'down', service: 'second', from: 50 },
      ],
      programs: {
        orders: async store => void (await store.appendToStream('order-1', [placed])),
        second: async store => {
          await new Promise(resolve => setTimeout(resolve, 20))
          await store.appendToStream('order-1', [paid])
        },
      },
    })
    expect(events).toEqual(['1 order-1@1'])
  })

  test('a crash after the append leaves the events, one before it leaves none', async () => {
    for (const [when, expected] of [
      ['before', ['1 order-1@1']],
      ['after', ['1 order-1@1', '2 order-1@2']],
    ] as const) {
      const { events } = await simulate({
        faults: [{ kind: 'crash', at: 'orders/append order-1#1', when }],
        programs: { orders: async store => void (await store.appendToStream('order-1', [placed])) },
      })
      expect(events).toEqual(expected)
    }
  })

  test('hold: the append arrives later', async () => {
    const { said } = await simulate({
      faults: [{ kind: 'hold', at: 'orders/append order-1#1', by: 700 }],
      programs: { orders: (store, say) => attempt(say, () => store.appendToStream('order-1', [placed])) },
    })
    expect(Number.parseInt(said[0]!, 10)).toBeGreaterThanOrEqual(700)
  })
})
