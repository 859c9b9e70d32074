/**
 * What every event store promises, as tests: an implementation's test file enters with `describeEventStore(name, open)`.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExpectedVersionConflictError } from './errors.ts'
import {
  type EventStore,
  type NewEvent,
  NO_CONCURRENCY_CHECK,
  STREAM_DOES_NOT_EXIST,
  STREAM_EXISTS,
} from './event-store.ts'
import { modelCommands, type Stores } from './model.ts'

const placed: NewEvent = { type: 'OrderPlaced', data: { amountCents: 1200 } }
const paid: NewEvent = { type: 'OrderPaid', data: { lines: [{ sku: 'tea', count: 2 }] } }
const shipped: NewEvent = { type: 'OrderShipped', data: null }

/** @param open makes an empty store and hands over two writers to it, which may be the same object. */
export function describeEventStore(name: string, open: () => Stores): void {
  describe(`${name}: an event store`, () => {
    describe('append', () => {
      test('gives versions and positions that count from 1', async () => {
        const { store } = open()
        expect(await store.appendToStream('order-1', [placed, paid])).toEqual({
          nextExpectedStreamVersion: 2,
          createdNewStream: true,
          lastGlobalPosition: 2,
        })
        expect(await store.appendToStream('order-2', [placed])).toEqual({
          nextExpectedStreamVersion: 1,
          createdNewStream: true,
          lastGlobalPosition: 3,
        })
        expect(await store.appendToStream('order-1', [shipped])).toEqual({
          nextExpectedStreamVersion: 3,
          createdNewStream: false,
          lastGlobalPosition: 4,
        })
      })

      test('returns what it was given, with what the store adds', async () => {
        const { store } = open()
        const metadata = { causationId: 'command-9' }
        await store.appendToStream('order-1', [{ ...placed, metadata, id: 'mine' }, paid])
        const { events } = await store.readStream('order-1')
        expect(events).toEqual([
          {
            ...placed,
            metadata,
            id: 'mine',
            stream: 'order-1',
            streamVersion: 1,
            globalPosition: 1,
            recordedAt: expect.any(Number),
          },
          {
            ...paid,
            id: expect.any(String),
            stream: 'order-1',
            streamVersion: 2,
            globalPosition: 2,
            recordedAt: expect.any(Number),
          },
        ])
        expect('metadata' in events[1]!).toBe(false)
      })

      test('keeps nothing of the objects it was given, and gives every reader its own', async () => {
        const { store } = open()
        const mine = { lines: ['tea'] }
        await store.appendToStream('order-1', [{ type: 'OrderPlaced', data: mine }])
        mine.lines.push('coffee')
        const read = async () => (await store.readStream<NewEvent<string, typeof mine>>('order-1')).events[0]!
        const first = await read()
        expect(first.data).toEqual({ lines: ['tea'] })
        first.data.lines.push('milk')
        expect((await read()).data).toEqual({ lines: ['tea'] })
        expect((await store.readAll<NewEvent<string, typeof mine>>())[0]!.data).toEqual({ lines: ['tea'] })
      })

      test('writes nothing for no events', async () => {
        const { store } = open()
        const nothing = { nextExpectedStreamVersion: 0, createdNewStream: false, lastGlobalPosition: 0 }
        expect(await store.appendToStream('order-1', [])).toEqual(nothing)
        expect(await store.streamExists('order-1')).toBe(false)
        await store.appendToStream('order-1', [placed])
        await store.appendToStream('order-2', [placed])
        expect(await store.appendToStream('order-1', [])).toEqual({
          nextExpectedStreamVersion: 1,
          createdNewStream: false,
          lastGlobalPosition: 1,
        })
      })

      test.each<[string, unknown, string]>([
        ['a date', { at: { placed: new Date(0) } }, 'OrderPlaced.data.at.placed is a Date'],
        ['a bigint', { lines: [{ cents: 1 }, { cents: 2n }] }, 'OrderPlaced.data.lines[1].cents is a bigint'],
        ['a map', { stock: new Map() }, 'OrderPlaced.data.stock is a Map'],
        ['undefined', { note: undefined }, 'OrderPlaced.data.note is undefined'],
        ['a hole in an array', { lines: new Array(1) }, 'OrderPlaced.data.lines[0] is undefined'],
        ['NaN', { cents: Number.NaN }, 'OrderPlaced.data.cents is NaN'],
        ['infinity', [Number.POSITIVE_INFINITY], 'OrderPlaced.data[0] is Infinity'],
        ['a function', { toJSON: () => 1 }, 'OrderPlaced.data.toJSON is a function'],
        ['a symbol as key', { [Symbol('x')]: 1 }, 'OrderPlaced.data is an object with a symbol as key'],
        ['an instance', { error: new Error('x') }, 'OrderPlaced.data.error is a Error'],
        ['no data', undefined, 'OrderPlaced.data is undefined'],
      ])('refuses %s, which JSON cannot carry, and writes nothing of the batch', async (_, data, message) => {
        const { store } = open()
        const append = (event: NewEvent) => store.appendToStream('order-1', [placed, event])
        await expect(attempt(() => append({ type: 'OrderPlaced', data }))).rejects.toThrow(message)
        expect(await store.readAll()).toEqual([])
      })

      test('refuses metadata that JSON cannot carry, and an object that contains itself', async () => {
        const { store } = open()
        const loop: { self?: unknown } = {}
        loop.self = loop
        const append = (event: NewEvent) => attempt(() => store.appendToStream('order-1', [event]))
        await expect(append({ ...placed, data: loop })).rejects.toThrow('contains itself')
        await expect(append({ ...placed, metadata: { at: new Date(0) } })).rejects.toThrow(
          'OrderPlaced.metadata.at',
        )
      })

      test.each(['', 'half a \uD83D pair'])('refuses the stream name %j', async stream => {
        const { store } = open()
        await expect(attempt(() => store.appendToStream(stream, [placed]))).rejects.toThrow('stream name')
      })

      test('takes a batch of 10,000 events', async () => {
        const { store } = open()
        const batch = Array.from({ length: 10_000 }, (_, index) => ({ type: 'Counted', data: index }))
        expect((await store.appendToStream('many', batch)).nextExpectedStreamVersion).toBe(10_000)
        const { events } = await store.readStream('many', { from: 9_999 })
        expect(events.map(event => event.data)).toEqual([9_998, 9_999])
      })

      test('takes as long on a stream of 50,000 events as on a short one', async () => {
        const batch = Array.from({ length: 50_000 }, (_, index) => ({ type: 'Counted', data: index }))
        const [long, short] = [open().store, open().store]
        await long.appendToStream('order-1', batch)
        const [shortMs, longMs] = [await appendTime(short, 'order-1'), await appendTime(long, 'order-1')]
        // Looking at 50,000 rows takes several ms; 200 appends that do so take a second or more.
        expect(longMs).toBeLessThan(10 * shortMs + 250)
      })
    })

    describe('expected version', () => {
      test.each<[string, number, NonNullable<Parameters<EventStore['appendToStream']>[2]>, boolean]>([
        ['the version of the stream', 2, { expectedStreamVersion: 2 }, true],
        ['an earlier version', 2, { expectedStreamVersion: 1 }, false],
        ['a later version', 2, { expectedStreamVersion: 3 }, false],
        ['version 0 of no stream', 0, { expectedStreamVersion: 0 }, true],
        ['version 0 of a stream', 1, { expectedStreamVersion: 0 }, false],
        ['version 1 of no stream', 0, { expectedStreamVersion: 1 }, false],
        ['STREAM_EXISTS of a stream', 1, { expectedStreamVersion: STREAM_EXISTS }, true],
        ['STREAM_EXISTS of no stream', 0, { expectedStreamVersion: STREAM_EXISTS }, false],
        ['STREAM_DOES_NOT_EXIST of a stream', 1, { expectedStreamVersion: STREAM_DOES_NOT_EXIST }, false],
        ['STREAM_DOES_NOT_EXIST of no stream', 0, { expectedStreamVersion: STREAM_DOES_NOT_EXIST }, true],
        ['NO_CONCURRENCY_CHECK of a stream', 2, { expectedStreamVersion: NO_CONCURRENCY_CHECK }, true],
        ['NO_CONCURRENCY_CHECK of no stream', 0, { expectedStreamVersion: NO_CONCURRENCY_CHECK }, true],
        ['nothing', 2, {}, true],
      ])('%s', async (_, version, options, holds) => {
        // With and without events: an empty append writes nothing but makes the same demand.
        for (const events of [[paid, shipped], []]) {
          const { store } = open()
          for (let count = 0; count < version; count++) await store.appendToStream('order-1', [placed])
          const append = attempt(() => store.appendToStream('order-1', events, options))
          if (holds) expect((await append).nextExpectedStreamVersion).toBe(version + events.length)
          else
            await expect(append).rejects.toMatchObject({
              name: 'ExpectedVersionConflictError',
              stream: 'order-1',
              expected: options.expectedStreamVersion,
              actual: version,
            })
          const { currentStreamVersion } = await store.readStream('order-1')
          expect(currentStreamVersion).toBe(version + (holds ? events.length : 0))
        }
      })

      test.each([-1, 1.5, Number.NaN, 1n, '1'])('refuses %s as a version', async version => {
        const { store } = open()
        await store.appendToStream('order-1', [placed])
        const options = { expectedStreamVersion: version as number }
        await expect(attempt(() => store.appendToStream('order-1', [paid], options))).rejects.toMatchObject({
          code: 'bad-expected-version',
        })
      })

      test('lets one of two writers win who expect the same version', async () => {
        const { store, rival } = open()
        await store.appendToStream('order-1', [placed])
        const outcomes = await Promise.allSettled(
          [store, rival].map(writer =>
            attempt(() => writer.appendToStream('order-1', [paid], { expectedStreamVersion: 1 })),
          ),
        )
        expect(outcomes.map(outcome => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
        const lost = outcomes.find(outcome => outcome.status === 'rejected')
        expect(lost?.reason).toBeInstanceOf(ExpectedVersionConflictError)
        expect((await rival.readStream('order-1')).currentStreamVersion).toBe(2)
      })
    })

    describe('read', () => {
      async function fiveEvents(): Promise<EventStore> {
        const { store } = open()
        await store.appendToStream('other', [placed])
        for (let data = 1; data <= 5; data++)
          await store.appendToStream('order-1', [{ type: 'Counted', data }])
        return store
      }

      test.each([
        [{}, [1, 2, 3, 4, 5]],
        [{ from: 2, to: 4 }, [2, 3, 4]],
        [{ from: 4 }, [4, 5]],
        [{ to: 2 }, [1, 2]],
        [{ maxCount: 2 }, [1, 2]],
        [{ from: 3, maxCount: 1 }, [3]],
        [{ from: 6 }, []],
        [{ from: 4, to: 3 }, []],
        [{ maxCount: 0 }, []],
        [{ from: -3, to: Number.POSITIVE_INFINITY, maxCount: 2 }, [1, 2]],
      ])(
        '%j of a stream of five, whose current version it reports all the same',
        async (options, versions) => {
          const store = await fiveEvents()
          const { events, ...rest } = await store.readStream('order-1', options)
          expect(events.map(event => event.streamVersion)).toEqual(versions)
          expect(events.map(event => event.data)).toEqual(versions)
          expect(rest).toEqual({ currentStreamVersion: 5, streamExists: true })
        },
      )

      test('finds an unknown stream empty', async () => {
        const store = await fiveEvents()
        const empty = { events: [], currentStreamVersion: 0, streamExists: false }
        expect(await store.readStream('nobody')).toEqual(empty)
        expect(await store.streamExists('nobody')).toBe(false)
        expect(await store.streamExists('order-1')).toBe(true)
      })

      test('goes through all streams in pages, in global order', async () => {
        const store = await fiveEvents()
        const pages: number[][] = []
        for (let after = 0; ; ) {
          const page = (await store.readAll({ after, maxCount: 4 })).map(event => event.globalPosition)
          if (page.length === 0) break
          pages.push(page)
          after = page.at(-1)!
        }
        expect(pages).toEqual([
          [1, 2, 3, 4],
          [5, 6],
        ])
      })

      test.each([{ from: 1.5 }, { to: Number.NaN }, { maxCount: -1 }])(
        'refuses the range %j',
        async range => {
          const store = await fiveEvents()
          await expect(attempt(() => store.readStream('order-1', range))).rejects.toMatchObject({
            code: 'bad-range',
          })
        },
      )

      test('folds a stream into a state, and a part of it onto a snapshot', async () => {
        const store = await fiveEvents()
        const evolve = (sum: number, event: NewEvent<string, number>) => sum + event.data
        expect(await store.aggregateStream('order-1', { evolve, initialState: () => 0 })).toEqual({
          state: 15,
          currentStreamVersion: 5,
          streamExists: true,
        })
        const snapshot = { evolve, initialState: () => 6, read: { from: 4 } }
        expect((await store.aggregateStream('order-1', snapshot)).state).toBe(15)
      })
    })

    test('behaves like a map of arrays, whatever is appended and read', async () => {
      await fc.assert(
        fc.asyncProperty(modelCommands, async commands => {
          await fc.asyncModelRun(() => ({ model: { streams: new Map(), all: [] }, real: open() }), commands)
        }),
        { numRuns: 150 },
      )
    })
  })
}

/** Makes an error that a synchronous store throws a rejection, as `await` in an async function does. */
async function attempt<T>(action: () => T | Promise<T>): Promise<T> {
  return action()
}

/** Milliseconds for 200 appends of one event. */
async function appendTime(store: EventStore, stream: string): Promise<number> {
  const startedAt = performance.now()
  for (let count = 0; count < 200; count++) await store.appendToStream(stream, [placed])
  return performance.now() - startedAt
}
