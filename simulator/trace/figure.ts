/**
 * What a record looks like in a sequence diagram: an arrow between two participants, a note over one, or nothing.
 */
import type { RunRecord } from './records.ts'
import { formatTime, shortLabel, summarize } from './sentence.ts'

/** A service and its database may share a name; they are told apart by their kind. */
export interface Participant {
  /** A party outside our systems is a process too. */
  readonly kind: 'process' | 'topic' | 'database' | 'store'
  readonly name: string
}

export type Figure =
  | {
      readonly shape: 'arrow'
      readonly from: Participant
      readonly to: Participant
      /** answer: dashed. lost: it did not arrive, or was undone. refused: dashed, and no good answer. */
      readonly style: 'message' | 'answer' | 'lost' | 'refused'
      readonly text: string
    }
  /** Without `over` it concerns everybody. */
  | { readonly shape: 'note'; readonly over?: Participant; readonly text: string }

export interface FigureOptions {
  /** Left out of message names: `order-7/OrderPlaced` is shown as `OrderPlaced`. */
  readonly subject?: string
  /** Shows commits of consumer offsets too. Default false. */
  readonly offsets?: boolean
}

export function figureOf(record: RunRecord, options: FigureOptions = {}): Figure | undefined {
  const name = (label: string) => shortLabel(label, options.subject ?? '')
  const self = process(record.process)
  switch (record.kind) {
    case 'http.request':
      return arrow(self, process(record.to), 'message', `${record.method} ${record.path}`)
    case 'http.response':
      return arrow(process(record.from), self, 'answer', String(record.status))
    case 'http.failed':
      return arrow(process(record.to), self, 'refused', record.error)
    case 'party.did':
      return note(process(record.party), `${record.action} ${name(record.key)}`)
    case 'kafka.append': {
      const text = `${name(record.label)} @${record.partition}/${record.offset}`
      return arrow(process(record.producer), topic(record.topic), 'message', text)
    }
    case 'kafka.lost':
      return arrow(process(record.producer), topic(record.topic), 'lost', `${name(record.label)} is lost`)
    case 'kafka.deliver': {
      const text = `${name(record.label)}${record.redelivery ? ' again' : ''}`
      return arrow(topic(record.topic), self, 'message', text)
    }
    case 'kafka.handled':
      return record.ok ? undefined : note(self, `failed: ${record.error ?? name(record.label)}`)
    case 'kafka.commit':
      if (options.offsets !== true) return undefined
      return arrow(self, topic(record.topic), 'answer', `offset ${record.partition}/${record.offset}`)
    case 'kafka.retention':
      return note(topic(record.topic), `${record.deleted} expired in partition ${record.partition}`)
    case 'db.commit':
      return arrow(self, database(record.database), 'message', summarize(record.writes))
    case 'db.rollback':
      return arrow(self, database(record.database), 'lost', `rolled back: ${summarize(record.writes)}`)
    case 'db.error':
      return note(self, `${record.code} on ${record.statement}`)
    case 'store.append': {
      const text = `${record.types.join(', ')} to ${record.stream}${record.visible ? '' : ' (uncommitted)'}`
      return arrow(self, store(record.store), 'message', text)
    }
    case 'store.visible':
      return note(store(record.store), `${name(record.label)} is committed`)
    case 'store.conflict': {
      const text = `conflict: version ${record.actual}, not ${record.expected}`
      return arrow(store(record.store), self, 'refused', text)
    }
    case 'process.start':
      return record.incarnation > 1 ? note(self, `starts again at ${formatTime(record.t)}`) : undefined
    case 'process.crash':
      return note(self, `crashes at ${formatTime(record.t)}`)
    case 'process.stop':
      return note(self, 'stops')
    case 'process.pause':
      return note(self, `freezes at ${formatTime(record.t)}`)
    case 'process.resume':
      return note(self, `goes on at ${formatTime(record.t)}`)
    case 'process.gave-up':
      return note(self, 'is given up')
    case 'fault.strike':
      // A crash or pause has a record of its own.
      return record.fault === 'crash' || record.fault === 'pause'
        ? undefined
        : note(self, `fault: ${record.fault}`)
    case 'fault.begin':
    case 'fault.end': {
      const text = `fault: ${record.fault} ${record.kind === 'fault.begin' ? 'from' : 'until'} ${formatTime(record.t)}`
      return record.service === '' ? { shape: 'note', text } : note(process(record.service), text)
    }
    case 'heal':
      return { shape: 'note', text: `healed at ${formatTime(record.t)}` }
    default:
      return undefined
  }
}

const process = (name: string): Participant => ({ kind: 'process', name })
const topic = (name: string): Participant => ({ kind: 'topic', name })
const database = (name: string): Participant => ({ kind: 'database', name })
const store = (name: string): Participant => ({ kind: 'store', name })

function arrow(
  from: Participant,
  to: Participant,
  style: 'message' | 'answer' | 'lost' | 'refused',
  text: string,
): Figure {
  return { shape: 'arrow', from, to, style, text }
}

function note(over: Participant, text: string): Figure {
  return { shape: 'note', over, text }
}
