/**
 * An event store reduced to a map of arrays, and the commands that compare a real one with it.
 */
import fc from 'fast-check'
import { expect } from 'vitest'
import { ExpectedVersionConflictError } from './errors.ts'
import {
  type EventStore,
  type ExpectedStreamVersion,
  type NewEvent,
  NO_CONCURRENCY_CHECK,
  type ReadAllOptions,
  type ReadStreamOptions,
  STREAM_DOES_NOT_EXIST,
  STREAM_EXISTS,
} from './event-store.ts'

/** An empty store as seen by two writers. */
export interface Stores {
  readonly store: EventStore
  readonly rival: EventStore
}

interface Model {
  /** Data of the events, by stream. */
  readonly streams: Map<string, unknown[]>
  readonly all: { stream: string; data: unknown }[]
}

type Command = fc.AsyncCommand<Model, Stores>

class Append implements Command {
  constructor(
    readonly stream: string,
    readonly batch: readonly unknown[],
    readonly expected: ExpectedStreamVersion | undefined,
    readonly byRival: boolean,
  ) {}
  check = () => true
  async run(model: Model, stores: Stores) {
    const writer = this.byRival ? stores.rival : stores.store
    const known = model.streams.get(this.stream) ?? []
    const append = async () =>
      writer.appendToStream(
        this.stream,
        this.batch.map((data): NewEvent => ({ type: 'Happened', data })),
        this.expected === undefined ? {} : { expectedStreamVersion: this.expected },
      )
    if (!holds(this.expected, known.length)) {
      await expect(append()).rejects.toEqual(
        new ExpectedVersionConflictError(this.stream, this.expected!, known.length),
      )
      return
    }
    const result = await append()
    add(model, this.stream, this.batch)
    expect(result.nextExpectedStreamVersion).toBe(known.length + this.batch.length)
    expect(result.createdNewStream).toBe(known.length === 0 && this.batch.length > 0)
    const last = model.all.findLastIndex(event => event.stream === this.stream)
    expect(result.lastGlobalPosition).toBe(last + 1)
  }
  toString = () =>
    `${this.byRival ? 'rival' : 'store'}.append(${this.stream}, ${JSON.stringify(this.batch)}, expecting ${this.expected})`
}

class Race implements Command {
  constructor(
    readonly stream: string,
    readonly batch: readonly unknown[],
  ) {}
  check = () => true
  async run(model: Model, { store, rival }: Stores) {
    const expectedStreamVersion = model.streams.get(this.stream)?.length ?? 0
    const append = async (writer: EventStore) =>
      writer.appendToStream(
        this.stream,
        this.batch.map((data): NewEvent => ({ type: 'Happened', data })),
        { expectedStreamVersion },
      )
    const outcomes = await Promise.allSettled([append(store), append(rival)])
    add(model, this.stream, this.batch)
    expect(outcomes.filter(outcome => outcome.status === 'fulfilled')).toHaveLength(1)
  }
  toString = () => `race(${this.stream}, ${JSON.stringify(this.batch)})`
}

class Read implements Command {
  constructor(
    readonly stream: string,
    readonly options: ReadStreamOptions,
  ) {}
  check = () => true
  async run(model: Model, { store, rival }: Stores) {
    const known = model.streams.get(this.stream) ?? []
    const { from = 1, to = known.length, maxCount = known.length } = this.options
    const inRange = known
      .map((data, index) => ({ data, version: index + 1 }))
      .filter(({ version }) => version >= from && version <= to)
      .slice(0, maxCount)
    for (const reader of [store, rival]) {
      const { events, currentStreamVersion, streamExists } = await reader.readStream(
        this.stream,
        this.options,
      )
      expect(events.map(({ data, streamVersion }) => ({ data, version: streamVersion }))).toEqual(inRange)
      expect({ currentStreamVersion, streamExists }).toEqual({
        currentStreamVersion: known.length,
        streamExists: known.length > 0,
      })
    }
  }
  toString = () => `read(${this.stream}, ${JSON.stringify(this.options)})`
}

class ReadAll implements Command {
  constructor(readonly options: ReadAllOptions) {}
  check = () => true
  async run(model: Model, { store }: Stores) {
    const { after = 0, maxCount = model.all.length } = this.options
    const expected = model.all
      .map(({ stream, data }, index) => ({ stream, data, position: index + 1 }))
      .filter(({ position }) => position > after)
      .slice(0, maxCount)
    const events = await store.readAll(this.options)
    expect(
      events.map(({ stream, data, globalPosition }) => ({ stream, data, position: globalPosition })),
    ).toEqual(expected)
  }
  toString = () => `readAll(${JSON.stringify(this.options)})`
}

const stream = fc.constantFrom('order-1', 'order-2', 'Größe 😀', '__proto__')
const batch = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 })
const bound = fc.integer({ min: -1, max: 8 })
const expectation = fc.option(
  fc.oneof(
    fc.nat(6),
    fc.constantFrom<ExpectedStreamVersion>(STREAM_EXISTS, STREAM_DOES_NOT_EXIST, NO_CONCURRENCY_CHECK),
  ),
  { nil: undefined },
)
const appends = fc.record({ stream, batch, expectation, byRival: fc.boolean() })

export const modelCommands = fc.commands<Model, Stores, false>(
  [
    appends.map(given => new Append(given.stream, given.batch, given.expectation, given.byRival)),
    fc
      .tuple(
        stream,
        batch.filter(events => events.length > 0),
      )
      .map(([name, events]) => new Race(name, events)),
    fc
      .tuple(stream, fc.record({ from: bound, to: bound, maxCount: fc.nat(6) }, { requiredKeys: [] }))
      .map(([name, options]) => new Read(name, options)),
    fc
      .record({ after: bound, maxCount: fc.nat(8) }, { requiredKeys: [] })
      .map(options => new ReadAll(options)),
  ],
  { maxCommands: 30 },
)

function holds(expected: ExpectedStreamVersion | undefined, version: number): boolean {
  if (expected === undefined || expected === NO_CONCURRENCY_CHECK) return true
  if (expected === STREAM_EXISTS) return version > 0
  if (expected === STREAM_DOES_NOT_EXIST) return version === 0
  return expected === version
}

/** Data comes back as JSON carries it: -0 as 0. */
function add(model: Model, name: string, events: readonly unknown[]): void {
  const stored: unknown[] = JSON.parse(JSON.stringify(events))
  model.streams.set(name, [...(model.streams.get(name) ?? []), ...stored])
  model.all.push(...stored.map(data => ({ stream: name, data })))
}
