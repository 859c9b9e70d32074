/**
 * Sites in words: what a process was about to do, or had just done, at a place like `inventory/insert stock order-1/OrderPlaced#2`.
 */
import { sayMessage } from '#simulator/trace/sentence.ts'
import { parseSite } from '#simulator/world/sites.ts'

export interface SitePlace {
  /** `inventory`, or `inventory-2` for a second instance. */
  readonly process: string
  /** `insert stock`, `deliver`, `request POST psp`. */
  readonly operation: string
  /** `order-1/OrderPlaced`; empty when the process was busy with nothing in particular. */
  readonly subject: string
  readonly occurrence: number
}

/** Verbs of SQL that a table's name may follow. */
const TABLE_VERBS = new Set('insert replace update delete select values create drop alter'.split(' '))
const WORDS: Readonly<Record<string, number>> = { request: 3, serve: 3 }

/** @param at `process/operation subject#occurrence` */
export function readSite(at: string): SitePlace {
  const { base, occurrence } = parseSite(at)
  const slash = base.indexOf('/')
  const words = base.slice(slash + 1).split(' ')
  const length = Math.min(words.length, wordsOfOperation(words))
  return {
    process: base.slice(0, slash),
    operation: words.slice(0, length).join(' '),
    subject: words.slice(length).join(' '),
    occurrence,
  }
}

function wordsOfOperation([verb, second]: readonly string[]): number {
  // A statement that names no table (`select 1`) is followed by its subject at once, and a subject that is a message has a slash.
  if (TABLE_VERBS.has(verb!)) return second === undefined || second.includes('/') ? 1 : 2
  return WORDS[verb!] ?? 1
}

/** Statements, and the commit of a transaction. */
export function isStatement({ operation }: SitePlace): boolean {
  return !MESSAGE_OPERATIONS.has(operation) && !/^(request|serve) /.test(operation)
}
const MESSAGE_OPERATIONS = new Set(
  'deliver handled send commit-offsets end-transaction append read'.split(' '),
)

/** "right after `insert stock`, while it handles OrderPlaced of order-1" */
export function sayMoment(place: SitePlace, when: 'before' | 'after'): string {
  const { operation, subject, occurrence } = place
  const isAfter = when === 'after'
  const again = occurrence > 1 ? ` for the ${ordinal(occurrence)} time` : ''
  switch (operation) {
    case 'deliver':
      return `just as ${sayMessage(subject)} is delivered to it${again}`
    case 'handled':
      return `right after it has handled ${sayMessage(subject)}${again}, before the offset is committed`
    case 'send':
      return isAfter
        ? `right after Kafka has stored ${sayMessage(subject)}${again}, before it learns of that`
        : `right before it sends ${sayMessage(subject)}${again}`
    case 'commit-offsets':
      return `right ${when} it ${isAfter ? 'has committed' : 'commits'} ${sayOffset(subject)}${again}`
    case 'end-transaction':
      return `right ${when} it ${isAfter ? 'has ended' : 'ends'} its Kafka transaction${again}`
    case 'append':
      return `right ${when} it ${isAfter ? 'has appended' : 'appends'} to the stream ${subject}${again}`
    case 'read':
      return `right ${when} it reads the stream ${subject}${again}`
    case 'commit':
      return `right ${when} it ${isAfter ? 'has committed' : 'commits'} ${occurrence > 1 ? `its ${ordinal(occurrence)}` : 'its'} transaction${sayOccasion(place)}`
    default:
      return `right ${when} ${sayOperation(place)}${sayOccasion(place)}`
  }
}

/** "offset 2 of order.events" for `order.events/0@2`. */
export function sayOffset(subject: string): string {
  const match = /^(.*)\/(\d+)@(.+)$/.exec(subject)
  return match === null ? `offset ${subject}` : `offset ${match[3]} of ${match[1]}`
}

/** "`insert stock`", "its second `insert stock`", "its request `POST` to psp". */
export function sayOperation({ operation, occurrence }: SitePlace): string {
  const nth = occurrence > 1 ? `${ordinal(occurrence)} ` : ''
  const [verb, method, target] = operation.split(' ')
  if (verb === 'request') return `its ${nth}request ${method} to ${target}`
  if (verb === 'serve') return `it serves ${method} ${target}${nth === '' ? '' : ` for the ${nth}time`}`
  return nth === '' ? `\`${operation}\`` : `its ${nth}\`${operation}\``
}

/** ", while it handles OrderPlaced of order-1", ", while it starts" */
export function sayOccasion({ operation, subject }: SitePlace): string {
  if (subject === '') return /^(create|drop|alter)\b/.test(operation) ? ', while it starts' : ''
  return subject.includes('/') ? `, while it handles ${sayMessage(subject)}` : ` for ${subject}`
}

/** "second", "3rd" */
export function ordinal(count: number): string {
  if (count === 2) return 'second'
  const tail = count % 100
  const ending = tail >= 11 && tail <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${ending}`
}
