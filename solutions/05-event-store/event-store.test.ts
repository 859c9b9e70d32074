import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { ExpectedVersionConflictError, type NewEvent } from '#exercises/05-event-store/contract.ts'
import { createEventStore } from './event-store.ts'

const placed: NewEvent = {
  id: 'a',
  type: 'OrderPlaced',
  data: { cents: 1999, coupon: null, lines: ['0042'] },
}
const shipped: NewEvent = { id: 'b', type: 'OrderShipped', data: null, metadata: { command: 'ship-1' } }

function open() {
  const db = new BetterSqlite3(':memory:')
  return { db, store: createEventStore(db) }
}

describe('append', () => {
  test('gives versions from 1 in each stream and positions from 1 over all', () => {
    const { store } = open()
    expect(store.appendToStream('order-1', [placed, shipped])).toEqual({ nextExpectedStreamVersion: 2 })
    expect(store.appendToStream('order-2', [placed])).toEqual({ nextExpectedStreamVersion: 1 })
    expect(store.appendToStream('order-1', [shipped])).toEqual({ nextExpectedStreamVersion: 3 })
    expect(
      store
        .readAll()
        .map(({ stream, streamVersion, globalPosition }) => [stream, streamVersion, globalPosition]),
    ).toEqual([
      ['order-1', 1, 1],
      ['order-1', 2, 2],
      ['order-2', 1, 3],
      ['order-1', 3, 4],
    ])
  })

  test.each([
    [0, 0, true],
    [0, 1, false],
    [1, 0, false],
    [2, 2, true],
    [2, 1, false],
    [2, 3, false],
    [2, undefined, true],
    [2, Number.NaN, false],
  ])('to a stream of %i events, expecting version %s: gets through %s', (version, expected, getsThrough) => {
    // Without events nothing is written, but the expectation stands.
    for (const events of [[placed, shipped], []]) {
      const { store } = open()
      for (let count = 0; count < version; count++) store.appendToStream('order-1', [placed])
      const append = () => store.appendToStream('order-1', events, { expectedStreamVersion: expected })
      if (getsThrough) expect(append()).toEqual({ nextExpectedStreamVersion: version + events.length })
      else expect(append).toThrow(ExpectedVersionConflictError)
      const after = version + (getsThrough ? events.length : 0)
      expect(store.readStream('order-1').currentStreamVersion).toBe(after)
    }
  })

  test('stores nothing of a batch of which one event cannot be stored', () => {
    const { store } = open()
    const broken = { ...shipped, type: undefined as unknown as string }
    expect(() => store.appendToStream('order-1', [placed, broken])).toThrow('NOT NULL')
    expect(store.readAll()).toEqual([])
  })

  test('decides between two writers on one database by the version alone', () => {
    const { db, store } = open()
    const rival = createEventStore(db)
    const expectedStreamVersion = rival.readStream('order-1').currentStreamVersion
    store.appendToStream('order-1', [placed], { expectedStreamVersion })
    expect(() => rival.appendToStream('order-1', [placed], { expectedStreamVersion })).toThrow(
      'order-1 is at version 1, not 0',
    )
  })
})

describe('in a transaction of the caller’s', () => {
  test('what is rolled back was never there', () => {
    const { db, store } = open()
    const failing = db.transaction(() => {
      store.appendToStream('order-1', [placed])
      expect(store.readStream('order-1').currentStreamVersion).toBe(1)
      throw new Error('changed my mind')
    })
    expect(failing).toThrow('changed my mind')
    expect(store.readStream('order-1')).toEqual({ events: [], currentStreamVersion: 0 })
    expect(store.appendToStream('order-1', [shipped])).toEqual({ nextExpectedStreamVersion: 1 })
  })

  test('a conflict leaves it open, and what else it does is kept', () => {
    const { db, store } = open()
    store.appendToStream('order-1', [placed])
    db.transaction(() => {
      expect(() => store.appendToStream('order-1', [shipped], { expectedStreamVersion: 0 })).toThrow(
        ExpectedVersionConflictError,
      )
      expect(db.inTransaction).toBe(true)
      store.appendToStream('refusals', [shipped])
    })()
    expect(store.readAll().map(({ stream }) => stream)).toEqual(['order-1', 'refusals'])
  })
})

describe('read', () => {
  test('gives what was written, and not what became of it in memory', () => {
    const { store } = open()
    const event = structuredClone(placed)
    store.appendToStream('order-1', [event, shipped])
    Object.assign(event.data as object, { cents: 0 })
    const [first, second] = store.readStream('order-1').events
    expect(first).toEqual({ ...placed, stream: 'order-1', streamVersion: 1, globalPosition: 1 })
    expect(second).toEqual({ ...shipped, stream: 'order-1', streamVersion: 2, globalPosition: 2 })
    Object.assign(first!.data as object, { cents: 0 })
    expect(store.readStream('order-1').events[0]).toMatchObject(placed)
  })

  test('goes through all streams page by page', () => {
    const { store } = open()
    for (let count = 0; count < 5; count++) store.appendToStream(`order-${count}`, [placed])
    const positions = (after?: number, maxCount?: number) =>
      store
        .readAll({
          ...(after === undefined ? {} : { after }),
          ...(maxCount === undefined ? {} : { maxCount }),
        })
        .map(({ globalPosition }) => globalPosition)
    expect(positions()).toEqual([1, 2, 3, 4, 5])
    expect(positions(2)).toEqual([3, 4, 5])
    expect(positions(2, 2)).toEqual([3, 4])
    expect(positions(5)).toEqual([])
    expect(positions(0, 0)).toEqual([])
  })

  test('does not use the position of a deleted event again', () => {
    const { db, store } = open()
    store.appendToStream('order-1', [placed, shipped])
    db.exec('DELETE FROM events WHERE global_position = 2')
    store.appendToStream('order-2', [placed])
    expect(store.readAll({ after: 2 }).map(({ stream }) => stream)).toEqual(['order-2'])
  })
})
