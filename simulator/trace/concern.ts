/**
 * The records that concern one subject (an order, a product): those that name it, what follows from them, and the
 * requests that led to them.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { Fold } from './fold.ts'
import { known, type RecordOf, type RunRecord } from './records.ts'

export interface Concern {
  readonly subject: string
  /** In causal order, and so in order of time. */
  records(): RunRecord[]
}

/**
 * A record concerns the subject when it names it (as key, stream, path, party's key, or as a value in the message's JSON),
 * or when its cause does and it names nothing else. A request that named nothing, such as `POST /orders`, joins
 * once something that follows from it does. Window faults join when they hit a service that has to do with it.
 */
export function concerning(subject: string): Fold<Concern> {
  return {
    name: `concern of ${subject}`,
    initial: () => new ConcernState(subject),
    apply(state, record) {
      ;(state as ConcernState).apply(record)
      return state
    },
  }
}

/** Records that name nothing are remembered this long, in case it turns out that they led to the subject. */
const MAX_UNDECIDED = 4_096

type Naming = 'subject' | 'other' | 'nothing'

class ConcernState implements Concern {
  readonly #quoted: string
  readonly #found: RunRecord[] = []
  /** `seq` of the found records whose consequences concern the subject too. */
  readonly #causes = new Set<number>()
  /** Messages that concern the subject, as `topic/partition@offset`: a delivery shows only the label. */
  readonly #messages = new Set<string>()
  /** Processes that made a request of their own accord: the shopper. */
  readonly #outsiders = new Set<string>()
  readonly #undecided = new Map<number, RunRecord>()
  readonly #windows: RecordOf<'fault.begin' | 'fault.end'>[] = []

  constructor(readonly subject: string) {
    this.#quoted = JSON.stringify(subject)
  }

  apply(traceRecord: TraceRecord): void {
    const record = known(traceRecord)
    if (record.kind === 'fault.begin' || record.kind === 'fault.end') {
      this.#windows.push(record)
      return
    }
    const naming = this.#naming(record)
    if (naming === 'subject' || (naming === 'nothing' && this.#causes.has(record.cause))) {
      this.#take(record)
      this.#takeOrigin(record)
    } else if (naming === 'nothing') {
      this.#keepInMind(record)
    }
  }

  records(): RunRecord[] {
    const found = this.#found
    const services = new Set(found.flatMap(partiesOf))
    const first = Math.min(...found.map(record => record.t))
    const last = Math.max(...found.map(record => record.t))
    const windows = this.#windows.filter(({ service }) => services.has(service))
    // A window that began before and is still open then is why things went as they did.
    const relevant = windows.filter(
      window =>
        window.t <= last &&
        (window.t >= first ||
          !windows.some(
            ({ kind, service, fault, t }) =>
              kind === 'fault.end' &&
              service === window.service &&
              fault === window.fault &&
              t >= window.t &&
              t < first,
          )),
    )
    return [...found, ...relevant].sort((a, b) => a.seq - b.seq)
  }

  #take(record: RunRecord): void {
    this.#found.push(record)
    if (record.kind === 'http.request' && !this.#causes.has(record.cause)) this.#outsiders.add(record.process)
    if (this.#leadsOn(record)) this.#causes.add(record.seq)
    if (record.kind === 'kafka.append') this.#messages.add(messageOf(record))
  }

  /** Whether what follows from a record concerns the subject as well. */
  #leadsOn(record: RunRecord): boolean {
    switch (record.kind) {
      case 'process.start':
        // What a restarted process does is its own affair, though a crash over this subject led to it.
        return false
      case 'http.response':
      case 'http.failed':
        // Whoever is outside goes on with something else once it has its answer.
        return !this.#outsiders.has(record.process)
      default:
        return true
    }
  }

  /** Takes the request that led to the record, and then whatever else followed from that request. */
  #takeOrigin(record: RunRecord): void {
    const origins: RunRecord[] = []
    for (let led = record; ; ) {
      const origin = this.#undecided.get(led.cause)
      if (origin === undefined || !ledTo(origin, led)) break
      origins.unshift(origin)
      led = origin
    }
    while (origins.length > 0 && origins[0]!.kind !== 'http.request') origins.shift()
    if (origins.length === 0) return
    for (const origin of origins) {
      this.#undecided.delete(origin.seq)
      this.#take(origin)
    }
    for (const [seq, undecided] of this.#undecided) {
      if (!this.#causes.has(undecided.cause)) continue
      this.#undecided.delete(seq)
      this.#take(undecided)
    }
  }

  #keepInMind(record: RunRecord): void {
    this.#undecided.set(record.seq, record)
    if (this.#undecided.size <= MAX_UNDECIDED) return
    for (const oldest of this.#undecided.keys()) {
      this.#undecided.delete(oldest)
      return
    }
  }

  #naming(record: RunRecord): Naming {
    switch (record.kind) {
      case 'kafka.append':
        if (record.value?.includes(this.#quoted) === true) return 'subject'
        return this.#namingOf(record.key ?? '', record.key === null ? 'nothing' : 'other')
      case 'kafka.lost':
        return this.#namingOf(record.key ?? '', record.key === null ? 'nothing' : 'other')
      case 'kafka.deliver':
      case 'kafka.handled':
        if (this.#messages.has(messageOf(record))) return 'subject'
        return this.#namingOf(record.label, 'other')
      case 'store.append':
      case 'store.visible':
      case 'store.conflict':
        return this.#namingOf(record.stream, 'other')
      case 'http.request':
        // The network makes up a subject (an idempotency key, a path) that need not be anybody's name.
        return this.#mentions(record.path) ? 'subject' : this.#namingOf(record.subject, 'nothing')
      case 'party.did':
        return this.#namingOf(record.key, 'nothing')
      case 'fault.strike':
      case 'process.crash':
        return this.#namingOf(record.site ?? '', 'nothing')
      case 'process.start':
      case 'kafka.commit':
      case 'db.commit':
      case 'db.rollback':
      case 'db.error':
      case 'http.response':
      case 'http.failed':
      case 'log':
        return 'nothing'
      default:
        return 'other'
    }
  }

  #namingOf(text: string, otherwise: Naming): Naming {
    return this.#mentions(text) ? 'subject' : otherwise
  }

  /**
   * Whether the text contains the subject as a whole: `order-7/OrderPlaced` mentions order-7 and `order-71` does not. A key
   * made of it, such as `charge-order-7`, does.
   */
  #mentions(text: string): boolean {
    const { subject } = this
    for (let at = text.indexOf(subject); at >= 0; at = text.indexOf(subject, at + 1)) {
      const isWhole = text[at - 1] === '-' || !isWordAt(text, at - 1)
      if (isWhole && !isWordAt(text, at + subject.length)) return true
    }
    return false
  }
}

/** Whether `origin` led to `record` inside one piece of work, rather than being what the same process did before it. */
function ledTo(origin: RunRecord, record: RunRecord): boolean {
  if (origin.kind === 'http.request') return origin.to === record.process
  return origin.kind === 'db.commit'
}

function messageOf({
  topic,
  partition,
  offset,
}: {
  topic: string
  partition: number
  offset: number
}): string {
  return `${topic}/${partition}@${offset}`
}

function partiesOf(record: RunRecord): string[] {
  if (record.kind === 'http.request' || record.kind === 'http.failed') return [record.process, record.to]
  return [record.process]
}

function isWordAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 45 ||
    code === 95
  )
}
