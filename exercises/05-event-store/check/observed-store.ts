/**
 * Calls your store on behalf of the order desk and notes what it answers: whether an append was told a conflict, whether that
 * was one, whether what was read fits together.
 */
import type { Database } from '#simulator/service.ts'
import type { EventStore, NewEvent, RecordedEvent } from '../contract.ts'

/** What became of an append. */
export type Outcome = 'done' | 'conflict' | 'failed'

/** What an append said when it was done. */
export interface Appended {
  /** The id of the last event of its batch. */
  readonly lastId: string
  /** In words, if it is no number. */
  readonly next: number | string
}

/** Something that a store must not answer. */
export interface Flaw {
  readonly kind: 'conflict' | 'read' | 'join'
  /** Empty when it is about all streams. */
  readonly stream: string
  readonly message: string
}

export interface ObservedStore {
  append(stream: string, events: readonly NewEvent[], expected: number | undefined): Promise<Outcome>
  read(stream: string): Promise<StreamRead>
  readPage(after: number, maxCount: number): Promise<RecordedEvent[]>
  readEverything(): Promise<RecordedEvent[]>
  /** The same two inside a transaction of the caller's, where nothing can be awaited. */
  appendAtOnce(stream: string, events: readonly NewEvent[], expected: number | undefined): Outcome
  readAtOnce(stream: string): StreamRead
  /** The conflict that was told for this version of the stream is followed by reading the same version: one of the two is wrong. */
  noteGroundless(stream: string, version: number): void
  note(kind: Flaw['kind'], stream: string, message: string): void
  /** What was noted since the last time. */
  takeNotes(): { readonly appended: readonly Appended[]; readonly flaws: readonly Flaw[] }
}

type StreamRead = ReturnType<EventStore['readStream']>

export interface ObserveOptions {
  readonly store: EventStore
  /** For a look at what is really there. */
  readonly db: Database
  /** Called before and after each call of the store. */
  readonly onCall: (stream: string) => () => void
  /** How often the database itself has failed so far: then a call may fail as well. */
  readonly troubles: () => number
  /** Called when the store answers with a promise. */
  readonly onPromise: () => void
  /** Whether a stream may grow while it is read. */
  readonly mayGrow: () => boolean
}

const MOST_MS = 60_000

export function observeStore({
  store,
  db,
  onCall,
  troubles,
  onPromise,
  mayGrow,
}: ObserveOptions): ObservedStore {
  const flaws: Flaw[] = []
  const appended: Appended[] = []

  function note(kind: Flaw['kind'], stream: string, message: string): void {
    if (!flaws.some(flaw => flaw.message === message)) flaws.push({ kind, stream, message })
  }

  /** The store's answer, whether it is one or the promise of one. */
  async function call<T>(stream: string, action: () => T): Promise<T> {
    const end = onCall(stream)
    try {
      const answer = action()
      // What is there at once is not awaited: until then another call could begin.
      if (!isThenable(answer)) end()
      else {
        onPromise()
        return await inTime(answer)
      }
      return answer
    } finally {
      end()
    }
  }

  function isDone(events: readonly NewEvent[], answer: ReturnType<EventStore['appendToStream']>): Outcome {
    // What the caller does with its objects afterwards is no business of the store's.
    for (const { data } of events) spoil(data)
    appended.push({ lastId: events.at(-1)!.id, next: sayNumber(answer?.nextExpectedStreamVersion) })
    return 'done'
  }

  function isNotDone(
    error: unknown,
    kind: Flaw['kind'],
    stream: string,
    events: readonly NewEvent[],
    expected: number | undefined,
    troublesBefore: number,
  ): Outcome {
    if (error instanceof Error && error.name === 'ExpectedVersionConflictError') {
      if (expected === undefined)
        note(
          kind,
          stream,
          `appendToStream threw ExpectedVersionConflictError for ${stream}, though no version was expected`,
        )
      return 'conflict'
    }
    if (isTrouble(error) || troubles() > troublesBefore) return 'failed'
    const actual = expected === undefined || isMisuse(error) ? expected : countEvents(stream)
    if (actual !== expected)
      note(
        'conflict',
        stream,
        `${stream} was at version ${actual} and an append expected ${expected}: appendToStream threw something else than ExpectedVersionConflictError`,
      )
    else
      note(
        kind,
        stream,
        `appendToStream threw ${describe(error)} for ${events.length} events and ${expected === undefined ? 'any version' : `version ${expected}`} of ${stream}${kind === 'join' ? ', in its caller’s transaction' : ''}`,
      )
    return 'failed'
  }

  function countEvents(stream: string): number | undefined {
    try {
      return db.prepare<[string], number>('SELECT count(*) FROM events WHERE stream = ?').pluck().get(stream)
    } catch {
      return undefined
    }
  }

  function checkRead(stream: string, answer: StreamRead): StreamRead {
    requireEvents('readStream', answer?.events)
    const versions = answer.events.map(({ streamVersion }) => streamVersion)
    const current = answer.currentStreamVersion
    const should = versions.map((_, index) => index + 1)
    // A version that is older than the events is on the safe side: the append that expects it will be refused.
    const fits = current === should.length || (mayGrow() && current < should.length)
    if (!fits || String(versions) !== String(should))
      note(
        'read',
        stream,
        `readStream(${stream}) gave the versions [${versions.join(', ')}] and currentStreamVersion ${sayNumber(current)} (should be [${should.join(', ')}] and ${should.length})`,
      )
    for (const { data } of answer.events) spoil(data)
    return answer
  }

  return {
    async append(stream, events, expected) {
      const troublesBefore = troubles()
      try {
        const append = () => store.appendToStream(stream, events, optionsOf(expected))
        return isDone(events, await call(stream, append))
      } catch (error) {
        return isNotDone(error, 'conflict', stream, events, expected, troublesBefore)
      }
    },
    appendAtOnce(stream, events, expected) {
      const troublesBefore = troubles()
      try {
        const answer = store.appendToStream(stream, events, optionsOf(expected))
        if (isThenable(answer)) {
          onPromise()
          return 'failed'
        }
        return isDone(events, answer)
      } catch (error) {
        return isNotDone(error, 'join', stream, events, expected, troublesBefore)
      }
    },
    read: async stream => checkRead(stream, await call(stream, () => store.readStream(stream))),
    readAtOnce: stream => checkRead(stream, store.readStream(stream)),
    async readPage(after, maxCount) {
      const page = await call('', () => store.readAll({ after, maxCount }))
      requireEvents('readAll', page)
      if (page.length > maxCount)
        note('read', '', `readAll({ after: ${after}, maxCount: ${maxCount} }) gave ${page.length} events`)
      return page
    },
    async readEverything() {
      const events = await call('', () => store.readAll())
      requireEvents('readAll', events)
      return events
    },
    noteGroundless(stream, version) {
      const actual = countEvents(stream)
      if (actual === version)
        note(
          'conflict',
          stream,
          `appendToStream threw ExpectedVersionConflictError for version ${version} of ${stream}, which is its version`,
        )
      else
        note(
          'read',
          stream,
          `readStream says that ${stream} is at version ${version}, and it has ${actual} events`,
        )
    },
    note,
    takeNotes: () => ({ appended: appended.splice(0), flaws: flaws.splice(0) }),
  }
}

/** @throws Error when the promise takes longer than any database would */
function inTime<T>(answer: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = new Error(`no answer within ${MOST_MS / 1000} s`)
    const timer = setTimeout(() => reject(late), MOST_MS)
    Promise.resolve(answer)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

function optionsOf(expected: number | undefined) {
  return expected === undefined ? undefined : { expectedStreamVersion: expected }
}

/** SQL that SQLite refuses, such as a BEGIN within a transaction. */
function isMisuse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_ERROR'
}

/** The database is busy, full or broken, or the process has died: nothing that a store could help. */
export function isTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'ProcessCrashed') return true
  const code = 'code' in error ? String(error.code) : ''
  return /^SQLITE_(BUSY|FULL|IOERR)/.test(code) || isTrouble(error.cause)
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : say(error)
}

function requireEvents(method: string, events: unknown): void {
  if (Array.isArray(events) && events.every(event => typeof event === 'object' && event !== null)) return
  throw new Error(`${method} gave ${say(events)} where the events should be`)
}

function spoil(data: unknown): void {
  if (typeof data === 'object' && data !== null && !Object.isFrozen(data))
    Object.assign(data, { spoilt: true })
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}

function sayNumber(value: unknown): number | string {
  return typeof value === 'number' ? value : say(value)
}

function say(value: unknown): string {
  const json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))
  return json ?? String(value)
}
