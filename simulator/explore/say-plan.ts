/**
 * Plans in words, for somebody who has never seen the name of a site.
 */
import { writeShortForm } from '#simulator/faults/short-form.ts'
import { sayMessage } from '#simulator/trace/sentence.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import {
  isStatement,
  ordinal,
  readSite,
  type SitePlace,
  sayMoment,
  sayOccasion,
  sayOffset,
  sayOperation,
} from './say-site.ts'

export const NO_FAULT = 'Nothing goes wrong at all: this is the run without a fault.'

/** A plan as one sentence, whatever the number of its faults. */
export function sayPlan({ faults }: { readonly faults: readonly Fault[] }): string {
  if (faults.length === 0) return NO_FAULT
  if (faults.length === 1) return sayFault(faults[0]!)
  // Semicolons stand between the faults, so none may stand inside one.
  const clauses = faults.map(fault =>
    clauseOf(fault).replace('; a supervisor starts', ', and a supervisor starts'),
  )
  const list = `${clauses.slice(0, -1).join('; ')}; and ${clauses.at(-1)}`
  return sentence(
    faults.length === 2 ? list : `${COUNTS[faults.length] ?? faults.length} things go wrong: ${list}`,
  )
}
const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six']

/** One fault as a sentence: "inventory crashes right after `insert stock`, while it handles OrderPlaced of order-1; a supervisor starts it again." */
export function sayFault(fault: Fault): string {
  return sentence(clauseOf(fault))
}

function clauseOf(fault: Fault): string {
  if (fault.at !== undefined) {
    return AT_SITES[fault.kind]?.(fault, readSite(fault.at)) ?? `the fault ${writeShortForm(fault)} strikes`
  }
  const said = fault.rate === undefined ? OVER_WINDOWS[fault.kind]?.(fault) : AT_RANDOM[fault.kind]?.(fault)
  return said ?? `the fault ${writeShortForm(fault)} strikes`
}

const AT_SITES: Readonly<Record<string, (fault: Fault, place: SitePlace) => string>> = {
  crash(fault, place) {
    const when = fault.when === 'before' ? 'before' : 'after'
    return `${place.process} crashes ${sayMoment(place, when)}; ${restart(fault.for)}`
  },
  pause(fault, place) {
    return `${place.process} freezes for ${sayDuration(fault.for ?? 60_000)} ${pauseMoment(place)}, and then goes on as if nothing had happened`
  },
  duplicate(fault, place) {
    const { process, subject, occurrence } = place
    const message = sayMessage(subject)
    if (place.operation.startsWith('request ')) return `${doing(place)} arrives there twice`
    return occurrence === 1
      ? sayDuplicate(fault, `the message ${message} is delivered to ${process}`, process)
      : sayDuplicate(
          fault,
          `the ${ordinal(occurrence)} time ${message} is delivered to ${process}, it comes`,
          process,
        )
  },
  hold({ by = 5000 }, place) {
    const { process, operation, subject } = place
    const late = sayDuration(by)
    if (operation === 'deliver') {
      return `${place.occurrence > 1 ? `the ${ordinal(place.occurrence)} delivery of ` : ''}${sayMessage(subject)} reaches ${process} ${late} late, and so does what follows in its partition`
    }
    if (operation === 'send') {
      return `${sayMessage(subject)} takes ${late} on its way from ${process} to Kafka${times(place)}`
    }
    return `${doing(place)} takes ${late} longer`
  },
  'ack-lost'(_, place) {
    const { process, operation, subject } = place
    if (operation === 'send')
      return `Kafka stores ${sayMessage(subject)}, but ${process} never gets the acknowledgement${times(place)}`
    if (operation === 'commit-offsets') {
      return `Kafka takes ${process}’s commit of ${sayOffset(subject)}, but ${process} never gets the answer${times(place)}`
    }
    return `${doing(place)} does its work, but ${process} never gets the answer`
  },
  'lost-write'(_, place) {
    return `Kafka acknowledges ${sayMessage(place.subject)} to ${place.process} and loses it${times(place)}`
  },
  poison({ times: count = 1_000_000 }, { process, subject }) {
    return `${sayMessage(subject)} arrives unreadable at ${process}, ${count >= 1_000_000 ? 'however often it is delivered' : sayTimes(count)}`
  },
  rebalance(_, place) {
    return `the group rebalances while ${place.process} handles ${sayMessage(place.subject)}${times(place)}, and what was not committed comes again`
  },
  error(fault, place) {
    const { process, operation, subject } = place
    const often = sayTimes(fault.times ?? 1)
    if (operation === 'deliver') return `the handler of ${process} fails ${often} on ${sayMessage(subject)}`
    if (operation === 'send')
      return `sending ${sayMessage(subject)} fails ${often}: Kafka does not take it, and ${process} is told so`
    if (isStatement(place)) {
      const code = `SQLITE_${(fault.when ?? 'busy').toUpperCase()}${fault.when === 'io' ? 'ERR' : ''}`
      const nth = place.occurrence > 1 ? `${ordinal(place.occurrence)} ` : ''
      const what =
        operation === 'commit'
          ? `the ${nth}commit of the transaction`
          : `the ${nth}statement \`${operation}\``
      return `${what} fails ${often} with ${code}${sayOccasion(place).replace(' it ', ` ${process} `)}`
    }
    return `${doing(place)} fails ${often}${fault.status === undefined ? '' : ` with status ${fault.status}`}`
  },
  conflict(_, { process, subject }) {
    return `somebody else appends to the stream ${subject} just before ${process} does`
  },
  'late-commit'({ by = 2000 }, { process, subject }) {
    return `what ${process} appends to ${subject} becomes visible ${sayDuration(by)} late, when later positions have been read already`
  },
}

const OVER_WINDOWS: Readonly<Record<string, (fault: Fault) => string>> = {
  crash: ({ service, from = 0 }) => `${service} crashes at ${sayTime(from)}; ${restart()}`,
  down: fault => `${fault.service} is down ${span(fault)}`,
  pause: fault => `${fault.service} is frozen ${span(fault)}, and then goes on as if nothing had happened`,
  'clock-skew': fault =>
    `the clock of ${fault.service} is ${sayDuration(Math.abs(fault.by ?? 0))} ${(fault.by ?? 0) < 0 ? 'slow' : 'fast'} ${span(fault)}`,
  'second-instance': fault =>
    `a second instance of ${fault.service} runs beside the first, on the same database, ${span(fault)}`,
  'schema-change': ({ service, from = 0 }) =>
    `${service} is deployed anew at ${sayTime(from)}, and writes its events in a new shape`,
  'old-data': ({ service }) => `the database of ${service} still holds rows that an earlier version wrote`,
  'broker-down': fault => `Kafka cannot be reached ${span(fault)}`,
  disconnected: fault => `${fault.service} runs, but reaches neither Kafka nor anybody else ${span(fault)}`,
  rebalance: ({ service, from = 0 }) => `the group of ${service} rebalances at ${sayTime(from)}`,
  retention: ({ service, from = 0, by = 0 }) =>
    by === 0
      ? `${service} deletes all its messages at ${sayTime(from)}, read or not`
      : `${service} deletes at ${sayTime(from)} all messages older than ${sayDuration(by)}, read or not`,
  slow: fault =>
    `${fault.service} takes ${sayDuration(fault.by ?? 1000)} longer over everything ${span(fault)}`,
  failing: fault =>
    `${fault.service} answers ${share(fault)}with ${fault.status ?? 503}, without doing the work, ${span(fault)}`,
  'timeout-after': fault =>
    `${fault.service} does ${share(fault, 'of ')}what it is asked, but its callers get no answer ${span(fault)}`,
  'database-busy': fault =>
    `every write to the database of ${fault.service} fails with SQLITE_BUSY ${span(fault)}`,
  'disk-full': fault =>
    `every write to the database of ${fault.service} fails with SQLITE_FULL ${span(fault)}`,
}

const AT_RANDOM: Readonly<Record<string, (fault: Fault) => string>> = {
  crash: fault =>
    `at ${percent(fault)} of all places ${fault.service} crashes right ${fault.when === 'before' ? 'before' : 'after'} what it does there${within(fault)}; ${restart()}`,
  pause: fault =>
    `at ${percent(fault)} of all places ${fault.service} freezes for ${sayDuration(fault.by ?? 60_000)}${within(fault)}`,
  duplicate: fault =>
    sayDuplicate(
      fault,
      `${percent(fault)} of the messages, chosen at random, are delivered to ${fault.service}${within(fault)}`,
      fault.service ?? '',
    ),
  hold: fault =>
    `${percent(fault)} of what ${fault.service} sends or is sent, chosen at random, comes ${sayDuration(fault.by ?? 5000)} late${within(fault)}`,
  'ack-lost': fault =>
    `${percent(fault)} of what ${fault.service} asks for, chosen at random, is done without its ever getting the answer${within(fault)}`,
  'lost-write': fault =>
    `Kafka acknowledges ${percent(fault)} of the messages that ${fault.service} sends, chosen at random, and loses them${within(fault)}`,
  error: fault =>
    `${percent(fault)} of the calls that ${fault.service} makes, chosen at random, fail${fault.status === undefined ? '' : ` with ${fault.status}`}${within(fault)}`,
}

/** @param delivered how it begins: "the message OrderPlaced of order-1 is delivered to inventory" */
function sayDuplicate(fault: Fault, delivered: string, process: string): string {
  switch (fault.when) {
    case 'concurrently':
      return `${delivered} twice, and both deliveries are handled at the same time`
    case 'after-restart':
      return `${delivered} again after a restart: ${process} dies when it is through with it, before the offset is committed`
    case 'other-owner':
      return `${delivered} again after a rebalance: its group takes ${process} for dead before the offset is committed`
    case 'later':
      return `${delivered} again ${fault.by === undefined ? 'a day' : sayDuration(fault.by)} later`
    default:
      return `${delivered} twice, at once`
  }
}

/** What follows a crash. */
function restart(forMs?: number): string {
  return `a supervisor starts it again${forMs === undefined ? '' : ` after ${sayDuration(forMs)}`}`
}

/** A frozen process goes on to the end of what it is doing and stops at its next await. */
function pauseMoment(place: SitePlace): string {
  const { operation, subject, occurrence } = place
  const again = occurrence > 1 ? ` for the ${ordinal(occurrence)} time` : ''
  if (operation === 'deliver') return `while it handles ${sayMessage(subject)}${again}`
  if (operation === 'send') return `while it sends ${sayMessage(subject)}${again}`
  if (operation === 'commit-offsets') return `while it commits ${sayOffset(subject)}${again}`
  return sayMoment(place, operation === 'handled' ? 'after' : 'before').replace(/^right before/, 'at')
}

function times({ occurrence }: SitePlace): string {
  return occurrence > 1 ? ` (the ${ordinal(occurrence)} time)` : ''
}

/** "the request POST of payments to psp for order-7" */
function doing(place: SitePlace): string {
  const { process, operation, subject } = place
  const [verb, method, target] = operation.split(' ')
  const about = subject === '' || subject.startsWith('/') ? '' : ` for ${sayMessage(subject)}`
  if (verb === 'request') return `the request ${method} from ${process} to ${target}${about}${times(place)}`
  if (verb === 'serve') return `the answer of ${process} to ${method} ${target}${times(place)}`
  if (verb === 'append') return `the append of ${process} to the stream ${subject}${times(place)}`
  if (verb === 'commit-offsets') return `the commit of ${sayOffset(subject)} by ${process}${times(place)}`
  if (verb === 'end-transaction') return `the end of a Kafka transaction of ${process}${times(place)}`
  return `${sayOperation(place)} of ${process}${sayOccasion(place).replace(' it ', ` ${process} `)}`
}

function sayTimes(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times in a row`
}

/** "for 1 minute, from 0.103 s on", "all the time" */
function span({ from = 0, for: length }: Fault): string {
  if (length === undefined) return from === 0 ? 'all the time' : `from ${sayTime(from)} on`
  return `for ${sayDuration(length)}, from ${from === 0 ? 'the start' : sayTime(from)} on`
}

function within(fault: Fault): string {
  return fault.from === undefined && fault.for === undefined ? '' : ` ${span(fault)}`
}

function percent({ rate = 0 }: Fault): string {
  return `${Number((rate * 100).toPrecision(3))} %`
}

function share({ share: part }: Fault, of = ''): string {
  return part === undefined || part === 1
    ? ''
    : `${Number((part * 100).toPrecision(3))} % ${of === '' ? 'of its requests ' : of}`
}

const UNITS: readonly (readonly [ms: number, one: string, many: string])[] = [
  [86_400_000, 'a day', 'days'],
  [3_600_000, 'an hour', 'hours'],
  [60_000, 'a minute', 'minutes'],
]

/** "a day", "40 s", "103 ms" */
export function sayDuration(ms: number): string {
  for (const [unit, one, many] of UNITS) {
    if (ms === unit) return one
    if (ms > unit && ms % unit === 0) return `${ms / unit} ${many}`
  }
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
}

/** A moment of the run: "0.103 s". */
function sayTime(ms: number): string {
  return ms === 0 ? 'the start' : `${ms / 1000} s`
}

/** Names of services keep their small letter; only our own words are capitalised. */
function sentence(clause: string): string {
  const text = /^(the|a|somebody|what|every|at|sending|two|three|four|five|six) /.test(clause)
    ? clause[0]!.toUpperCase() + clause.slice(1)
    : clause
  return `${text}.`
}
