/**
 * The service that uses your store: it reads an order's events, decides, and appends what follows. It is given; nothing in it has to be changed.
 */
import type { Database, Host, Service } from '#simulator/service.ts'
import {
  type Appended,
  describe,
  type Flaw,
  isTrouble,
  type Outcome,
  observeStore,
} from './check/observed-store.ts'
import { besideOthers } from './check/two-processes.ts'
import type { EventStore, RecordedEvent } from './contract.ts'
import { type Command, decide, isRepetition } from './order-commands.ts'

/** What a client gets to hear. */
export interface Answer {
  readonly status: Status
  readonly appended: readonly Appended[]
  readonly flaws: readonly Flaw[]
}

/** 200 done, 409 the order does not allow it, 412 it is not at `ifVersion`, 500 something was thrown, 503 nothing but conflicts. */
type Status = 200 | 409 | 412 | 500 | 503

/** What is kept of a run, whatever happens to its processes. */
export interface DeskNotes {
  /** What each process has read with readAll, page by page, in the order in which it came. */
  readonly followed: Map<string, RecordedEvent[]>
  /** What readAll gave without any options, when it was last asked. */
  whole: RecordedEvent[] | undefined
  /** The process that was asked: it has followed to the end as well. */
  reporter: string | undefined
  /** Why the first instance does not start; gone once it does. */
  startFailure: string | undefined
  /** Why readAll last failed. */
  readFailure: string | undefined
  /** The store has answered with a promise: it cannot take part in its caller's transaction. */
  isAsync: boolean
}

/** An append that has been decided on and not been made. */
interface Pending {
  readonly process: string
  readonly order: string
  make(): Promise<Outcome>
}

/** Its name, and that of its first instance. */
export const SERVICE = 'orders'
const TAKEN = ['NoteTaken', 'done'] as const
const REFUSED = ['NoteRefused', 'refused'] as const
const STATUS = { done: 200, conflict: 503, refused: 412, failed: 500 } as const
/** Between reading and appending lie the questions that a decision takes: is the card valid, has the parcel left? */
const THINKING_MS = 60
const MAX_CONFLICTS = 5
const METHODS = ['appendToStream', 'readStream', 'readAll'] as const
const EVENTS_PER_PAGE = 3
const MAX_PAGES = 20

export function createDesk(notes: DeskNotes, open: (db: Database) => EventStore): Service {
  const pending = new Set<Pending>()
  /** One process has stepped in between two steps of another: that one stands still meanwhile. */
  let isBetweenSteps = false

  return async (host: Host) => {
    const { db, name } = host
    for (const left of pending) if (left.process === name) pending.delete(left)
    const followed = notes.followed.get(name) ?? []
    notes.followed.set(name, followed)
    const thoughts = new Map<string, Promise<void>>()
    let following = Promise.resolve()
    let troubles = 0
    let underWay: { readonly order: string; steps: number } | undefined

    function letOthersGoOn(): void {
      if (underWay === undefined || isBetweenSteps) return
      underWay.steps++
      // Before its first step is before the call, unless the call is one that others can run beside.
      if (underWay.steps === 1 && !notes.isAsync) return
      for (const other of pending) {
        if (other.process === name || other.order !== underWay.order) continue
        pending.delete(other)
        isBetweenSteps = true
        void other.make()
        isBetweenSteps = false
        return
      }
    }

    const store = observeStore({
      store: await start(
        besideOthers(db, {
          beforeStep: letOthersGoOn,
          onError: error => {
            if (isTrouble(error)) troubles++
          },
        }),
      ),
      db,
      onCall(order) {
        const call = { order, steps: 0 }
        underWay = call
        return () => {
          if (underWay === call) underWay = undefined
        }
      },
      troubles: () => troubles,
      onPromise: () => {
        notes.isAsync = true
      },
      mayGrow: () => notes.isAsync || notes.followed.size > 1,
    })
    db.exec('CREATE TABLE IF NOT EXISTS invoices (order_id TEXT PRIMARY KEY)')

    async function start(database: Database): Promise<EventStore> {
      let failure: string | undefined
      try {
        const opened = await open(database)
        const missing = METHODS.find(method => typeof opened?.[method] !== 'function')
        if (missing === undefined) return opened
        failure = `what createEventStore returns has no method ${missing}`
        throw new TypeError(failure)
      } catch (error) {
        failure ??= `createEventStore threw ${describe(error)}`
        if (isTrouble(error)) failure = undefined
        throw error
      } finally {
        if (name === SERVICE) notes.startFailure = failure
      }
    }

    async function execute(command: Command): Promise<Status> {
      if (command.ifVersion !== undefined) return executeUnread(command, command.ifVersion)
      if (command.hasInvoice === true && !notes.isAsync) return executeWithInvoice(command)
      const { order } = command
      let conflictAt: number | undefined
      for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
        const { events, currentStreamVersion } = await store.read(order)
        if (currentStreamVersion === conflictAt) store.noteGroundless(order, currentStreamVersion)
        if (isRepetition(command, events)) return 200
        const decided = decide(command, events)
        if (decided.length === 0) return 409
        const make = once(() => store.append(order, decided, currentStreamVersion))
        const waiting: Pending = { process: name, order, make }
        pending.add(waiting)
        await think(`${command.type} ${order}`)
        pending.delete(waiting)
        const outcome = await make()
        if (outcome === 'done') return 200
        if (outcome === 'failed') return 500
        // Somebody else was first: what they did may change the decision.
        conflictAt = currentStreamVersion
      }
      return 503
    }

    function executeWithInvoice(command: Command): Status {
      const { order } = command
      return inTransaction(order, () => {
        const { events, currentStreamVersion } = store.readAtOnce(order)
        if (isRepetition(command, events)) return 'done'
        const outcome = store.appendAtOnce(order, decide(command, events), currentStreamVersion)
        if (outcome === 'done') db.prepare('INSERT INTO invoices VALUES (?)').run(order)
        return outcome
      })
    }

    /** Its sender says which version it has on the screen: nothing is read first, and a journal tells what became of it. */
    async function executeUnread(command: Command, expected: number): Promise<Status> {
      const { order, id } = command
      const noted = decide(command, [])
      const entry = (type: string) => [{ id: crypto.randomUUID(), type, data: { command: id, expected } }]
      if (!notes.isAsync)
        return inTransaction(order, () => {
          const outcome = store.appendAtOnce(order, noted, expected)
          if (outcome === 'failed') return outcome
          // Perhaps this very command has changed the version, and its sender never learned of that.
          if (outcome === 'conflict' && isRepetition(command, store.readAtOnce(order).events)) return 'done'
          const [type, result] = outcome === 'done' ? TAKEN : REFUSED
          return store.appendAtOnce('journal', entry(type), undefined) === 'done' ? result : 'failed'
        })
      const outcome = await store.append(order, noted, expected)
      if (outcome === 'failed') return STATUS.failed
      if (outcome === 'conflict' && isRepetition(command, (await store.read(order)).events))
        return STATUS.done
      const [type, result] = outcome === 'done' ? TAKEN : REFUSED
      return STATUS[(await store.append('journal', entry(type), undefined)) === 'done' ? result : 'failed']
    }

    /** As the shop does it: an append joins its caller's transaction, whether it gets through or not. */
    function inTransaction(order: string, action: () => Outcome | 'refused'): Status {
      let outcome = 'failed' as Outcome | 'refused'
      try {
        db.transaction(() => {
          outcome = action()
          if (!db.inTransaction)
            store.note('join', order, 'appendToStream ended the transaction of its caller')
          if (outcome === 'failed') throw new Error('roll back')
        }).immediate()
        return STATUS[outcome]
      } catch (error) {
        if (outcome !== 'failed' && db.inTransaction) throw error
        return 500
      }
    }

    /** Commands of one kind on one order that come together are thought about together. */
    function think(about: string): Promise<void> {
      const thought =
        thoughts.get(about) ??
        new Promise<void>(resolve => setTimeout(resolve, THINKING_MS)).then(() => {
          thoughts.delete(about)
        })
      thoughts.set(about, thought)
      return thought
    }

    /** Reads on from the last position it has seen, as every projection does; one reading after the other. */
    function follow(): Promise<void> {
      following = following.then(readOn)
      return following
    }

    async function readOn(): Promise<void> {
      try {
        for (let pages = 0; pages < MAX_PAGES; pages++) {
          const page = await store.readPage(followed.at(-1)?.globalPosition ?? 0, EVENTS_PER_PAGE)
          followed.push(...page)
          if (page.length < EVENTS_PER_PAGE) return
        }
      } catch (error) {
        notes.readFailure = describe(error)
        setTimeout(() => void follow(), 1000)
      }
    }

    async function report(): Promise<Response> {
      try {
        await follow()
        notes.whole = await store.readEverything()
        notes.reporter = name
        return new Response(null, { status: 204 })
      } catch (error) {
        notes.readFailure = describe(error)
        return new Response(null, { status: 500 })
      }
    }

    host.listen({
      async fetch(request) {
        if (new URL(request.url).pathname === '/report') return report()
        const command = (await request.json()) as Command
        let status: Status = 500
        try {
          status = await execute(command)
        } catch (error) {
          if (!isTrouble(error))
            store.note('read', command.order, `executing ${command.type} failed with ${describe(error)}`)
        }
        if (status === 200) await follow()
        const answer: Answer = { status, ...store.takeNotes() }
        return Response.json(answer)
      },
    })
    await follow()
  }
}

function once<T>(action: () => T): () => T {
  let made: { readonly result: T } | undefined
  return () => {
    made ??= { result: action() }
    return made.result
  }
}
